-- The schema as one JSON document. Run with an empty search_path, so that every name comes out qualified, and sorted by
-- bytes, so that it is the same everywhere. Partitions follow the calendar and are left out, but for the default ones,
-- whose columns and keys are those of their table.
WITH schemas AS (
    SELECT oid, nspname AS name
    FROM pg_namespace
    WHERE nspname IN ('raw_data', 'analytics', 'staging')
),
relations AS (
    SELECT c.*, format('%s.%s', s.name, c.relname) AS name
    FROM pg_class AS c JOIN schemas AS s ON s.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm')
        AND (NOT c.relispartition OR c.oid IN (SELECT partdefid FROM pg_partitioned_table))
),
functions AS (
    SELECT p.*, format('%s.%s', s.name, p.proname) AS name
    FROM pg_proc AS p JOIN schemas AS s ON s.oid = p.pronamespace
),
columns AS (
    SELECT a.attrelid, jsonb_agg(jsonb_build_object(
        'name', a.attname,
        'type', format_type(a.atttypid, a.atttypmod),
        'nullable', NOT a.attnotnull,
        'default', CASE WHEN a.attidentity <> '' THEN 'identity' ELSE pg_get_expr(d.adbin, d.adrelid) END,
        'comment', coalesce(col_description(a.attrelid, a.attnum), '')
    ) ORDER BY a.attnum) AS document
    FROM pg_attribute AS a
    LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped
    GROUP BY a.attrelid
),
constraints AS (
    SELECT conrelid, jsonb_agg(jsonb_build_object('name', conname, 'definition', pg_get_constraintdef(oid))
        ORDER BY contype = 'c', conname COLLATE "C") AS document
    FROM pg_constraint
    WHERE contype NOT IN ('n', 't')
    GROUP BY conrelid
),
held AS (
    SELECT c.oid, a.grantee, a.privilege_type AS privilege, '' AS columns
    FROM relations AS c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) AS a
    WHERE a.grantee <> c.relowner
    UNION ALL
    SELECT c.oid, a.grantee, a.privilege_type, string_agg(t.attname, ', ' ORDER BY t.attnum)
    FROM relations AS c JOIN pg_attribute AS t ON t.attrelid = c.oid, aclexplode(t.attacl) AS a
    WHERE a.grantee <> c.relowner
    GROUP BY c.oid, a.grantee, a.privilege_type
    UNION ALL
    SELECT p.oid, a.grantee, a.privilege_type, ''
    FROM functions AS p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
    WHERE a.grantee <> p.proowner
),
grants AS (
    SELECT oid, jsonb_agg(jsonb_build_object(
        'role', CASE grantee WHEN 0 THEN 'everybody' ELSE pg_get_userbyid(grantee) END,
        'privilege', privilege,
        'columns', columns
    ) ORDER BY pg_get_userbyid(grantee) COLLATE "C",
        array_position(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'], privilege), privilege COLLATE "C") AS document
    FROM held
    GROUP BY oid
),
triggers AS (
    SELECT tgrelid, jsonb_agg(jsonb_build_object('function', name, 'on', happenings) ORDER BY name) AS document
    FROM (
        SELECT t.tgrelid, f.name, string_agg(DISTINCT h.word, ' ' ORDER BY h.word) AS happenings
        FROM pg_trigger AS t
        JOIN functions AS f ON f.oid = t.tgfoid
        JOIN (VALUES (4, 'INSERT'), (8, 'DELETE'), (16, 'UPDATE'), (32, 'TRUNCATE')) AS h (bit, word)
            ON t.tgtype & h.bit <> 0
        WHERE NOT t.tgisinternal
        GROUP BY t.tgrelid, f.name
    ) AS fired
    GROUP BY tgrelid
),
-- Dependencies that PostgreSQL records: those of views, and those of functions whose body is parsed at creation.
recorded AS (
    SELECT coalesce(r.ev_class, d.objid) AS oid, jsonb_agg(DISTINCT o.name ORDER BY o.name) AS document
    FROM pg_depend AS d
    LEFT JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    JOIN (SELECT oid, 'pg_class'::regclass AS class, name FROM relations
        UNION ALL SELECT oid, 'pg_proc'::regclass, name FROM functions) AS o
        ON o.oid = d.refobjid AND o.class = d.refclassid
    WHERE d.classid IN ('pg_rewrite'::regclass, 'pg_proc'::regclass) AND o.oid <> coalesce(r.ev_class, d.objid)
    GROUP BY 1
)
SELECT jsonb_build_object(
    'schemas', (
        SELECT jsonb_agg(jsonb_build_object('name', name, 'comment', coalesce(obj_description(oid, 'pg_namespace'), ''))
            ORDER BY array_position(ARRAY['raw_data', 'analytics', 'staging'], name::text))
        FROM schemas
    ),
    'relations', (
        SELECT jsonb_agg(jsonb_build_object(
            'name', r.name,
            'kind', CASE r.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END,
            'comment', coalesce(obj_description(r.oid, 'pg_class'), ''),
            'columns', coalesce(columns.document, '[]'),
            'constraints', coalesce(constraints.document, '[]'),
            'grants', coalesce(grants.document, '[]'),
            'triggers', coalesce(triggers.document, '[]'),
            'reads', coalesce(recorded.document, '[]'),
            'partitioned_by', pg_get_partkeydef(r.oid),
            'default_partition', nullif(p.partdefid, 0)::regclass::text
        ) ORDER BY r.name COLLATE "C")
        FROM relations AS r
        LEFT JOIN columns ON columns.attrelid = r.oid AND NOT r.relispartition
        LEFT JOIN constraints ON constraints.conrelid = r.oid AND NOT r.relispartition
        LEFT JOIN grants ON grants.oid = r.oid
        LEFT JOIN triggers ON triggers.tgrelid = r.oid
        LEFT JOIN recorded ON recorded.oid = r.oid
        LEFT JOIN pg_partitioned_table AS p ON p.partrelid = r.oid
    ),
    'functions', (
        SELECT jsonb_agg(jsonb_build_object(
            'name', f.name,
            'arguments', pg_get_function_arguments(f.oid),
            'result', pg_get_function_result(f.oid),
            'language', l.lanname,
            'as_owner', f.prosecdef,
            'comment', coalesce(obj_description(f.oid, 'pg_proc'), ''),
            'grants', coalesce(grants.document, '[]'),
            'reads', coalesce(recorded.document, '[]'),
            'body', f.prosrc
        ) ORDER BY f.name COLLATE "C", f.oid::regprocedure::text COLLATE "C")
        FROM functions AS f
        JOIN pg_language AS l ON l.oid = f.prolang
        LEFT JOIN grants ON grants.oid = f.oid
        LEFT JOIN recorded ON recorded.oid = f.oid
    )
)
