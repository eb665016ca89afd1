-- Made from the rows of analytics.event_types, and again when a migration changes them.
-- A view, and not a function, so that PostgreSQL reads the table of one type by its key.
DO $$
BEGIN
    EXECUTE $view$
CREATE OR REPLACE VIEW analytics.typed_rows AS
$view$ || (
        SELECT string_agg(
            format('SELECT %L::text AS event_type, %s AS row_id, %s AS version_key, %s AS version_ts, r.event_id, r.event_ts'
                ' FROM analytics.%I AS r',
                t.event_type,
                CASE WHEN t.version_column IS NULL THEN format('r.%I', t.key_column) ELSE 'NULL::uuid' END,
                CASE WHEN t.version_column IS NULL THEN 'NULL::text' ELSE format('r.%I', t.key_column) END,
                CASE WHEN t.version_column IS NULL THEN 'NULL::timestamptz' ELSE format('r.%I', t.version_column) END,
                t.table_name),
            ' UNION ALL ' ORDER BY t.event_type)
        FROM analytics.event_types AS t);
END
$$;

COMMENT ON VIEW analytics.typed_rows IS
    'The rows of all tables of analytics.event_types: which event wrote each of them. For the checks that compare tables with raw events.';
COMMENT ON COLUMN analytics.typed_rows.event_type IS 'The type, which says the table.';
COMMENT ON COLUMN analytics.typed_rows.row_id IS 'The key of the row; null in a table of versions.';
COMMENT ON COLUMN analytics.typed_rows.version_key IS 'The key of what has versions; null in other tables.';
COMMENT ON COLUMN analytics.typed_rows.version_ts IS 'From when on the version is valid; null in other tables.';
COMMENT ON COLUMN analytics.typed_rows.event_id IS 'The event that wrote the row.';
COMMENT ON COLUMN analytics.typed_rows.event_ts IS 'The ts of that event, or when a part of a snapshot happened.';
