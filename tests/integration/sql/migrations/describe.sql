-- One line a fact of the schema, in an order that never changes.
WITH relations AS (
    SELECT oid, oid::regclass::text AS name, relkind, reloptions
    FROM pg_class
    WHERE relnamespace IN ('raw_data'::regnamespace, 'analytics'::regnamespace, 'staging'::regnamespace)
        AND relkind IN ('r', 'p', 'v', 'm') AND NOT (relispartition AND relname <> 'events_raw_default')
),
facts AS (
    SELECT name, 0 AS kind, 0 AS position, format('%s %s%s', CASE relkind
        WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view' ELSE 'materialized view'
        END, name, ' with ' || array_to_string(reloptions, ', ')) AS line
    FROM relations
    UNION ALL
    SELECT r.name, 1, a.attnum, format('    %s %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attnotnull THEN ' not null' END,
        CASE a.attidentity WHEN 'a' THEN ' identity' WHEN 'd' THEN ' identity by default' END,
        CASE WHEN a.attgenerated <> '' THEN ' generated ' ELSE ' default ' END || pg_get_expr(d.adbin, d.adrelid))
    FROM relations AS r
    JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef AS d ON d.adrelid = r.oid AND d.adnum = a.attnum
    UNION ALL
    SELECT r.name, 2, row_number() OVER (PARTITION BY r.oid ORDER BY c.conname),
        format('    constraint %s %s', c.conname, pg_get_constraintdef(c.oid))
    FROM relations AS r JOIN pg_constraint AS c ON c.conrelid = r.oid AND c.contype <> 'n'
    UNION ALL
    SELECT r.name, 3, row_number() OVER (PARTITION BY r.oid ORDER BY i.indexrelid::regclass::text),
        '    ' || pg_get_indexdef(i.indexrelid)
    FROM relations AS r
    JOIN pg_index AS i ON i.indrelid = r.oid
    WHERE NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid AND c.conrelid = r.oid)
    UNION ALL
    SELECT 'function ' || p.oid::regprocedure::text, 4, 0, format('function %s returns %s, %s%s, %s',
        p.oid::regprocedure, pg_get_function_result(p.oid),
        CASE p.provolatile WHEN 's' THEN 'stable' WHEN 'i' THEN 'immutable' ELSE 'volatile' END,
        CASE WHEN p.prosecdef THEN ', security definer' END, array_to_string(p.proconfig, ', '))
    FROM pg_proc AS p
    WHERE p.pronamespace IN ('raw_data'::regnamespace, 'analytics'::regnamespace, 'staging'::regnamespace)
)
SELECT line FROM facts ORDER BY kind = 4, name COLLATE "C", kind, position
