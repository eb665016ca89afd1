CREATE OR REPLACE FUNCTION analytics.health_of_storage()
RETURNS TABLE (component text, status text, details jsonb)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH server AS (
        SELECT
            sum(d.numbackends) AS connections,
            round(sum(d.numbackends) / current_setting('max_connections')::numeric, 2) AS used,
            coalesce(sum(d.checksum_failures), 0) AS checksum_failures,
            (SELECT max(age(datfrozenxid)) FROM pg_database) AS xid_age
        FROM pg_stat_database AS d
    ),
    dead_letters AS (
        SELECT coalesce(sum(n), 0) AS open, jsonb_object_agg(reason_code, n) AS by_reason, min(oldest) AS oldest
        FROM (
            SELECT reason_code, count(*) AS n, min(first_seen) AS oldest
            FROM raw_data.dead_letters WHERE resolved_at IS NULL GROUP BY reason_code
        ) AS each_reason
    ),
    gaps AS (
        SELECT count(*) AS open, sum(missing) AS missing, min(detected_at) AS oldest,
            count(*) FILTER (WHERE kind <> 'hole' AND missing IS DISTINCT FROM 0) AS losing
        FROM raw_data.stream_gaps WHERE acknowledged_at IS NULL
    ),
    months AS (
        SELECT bool_or(n = 0 AND there) AS this_month, count(*) FILTER (WHERE n > 0 AND there) AS ahead
        FROM generate_series(0, 24) AS n
        CROSS JOIN LATERAL (
            SELECT to_regclass(to_char(
                now() AT TIME ZONE 'UTC' + make_interval(months => n), '"raw_data.events_raw_"YYYY_MM')) IS NOT NULL
        ) AS partitions (there)
    ),
    leftover AS (
        SELECT count(*) AS rows, min(ts) AS oldest, max(ts) AS newest FROM raw_data.events_raw_default
    ),
    verdicts AS (
        SELECT 'database' AS component, CASE
                WHEN pg_is_in_recovery() THEN 'error in_recovery'
                WHEN checksum_failures > 0 THEN 'error checksum_failures'
                WHEN used > analytics.threshold('database_connections_error') THEN 'error connections'
                WHEN used > analytics.threshold('database_connections_warn') THEN 'warn connections'
                WHEN xid_age > analytics.threshold('database_xid_age_warn') THEN 'warn xid_age'
                ELSE 'ok serving' END AS verdict,
            to_jsonb(server) || jsonb_build_object('version', current_setting('server_version')) AS facts
        FROM server
        UNION ALL
        SELECT 'dead_letters', CASE
                WHEN open > analytics.threshold('dead_letters_error') THEN 'error open'
                WHEN open > analytics.threshold('dead_letters_warn') THEN 'warn open'
                ELSE 'ok none' END, to_jsonb(dead_letters) FROM dead_letters
        UNION ALL
        SELECT 'gaps', CASE WHEN losing > 0 THEN 'error lost' WHEN open > 0 THEN 'warn hole' ELSE 'ok none' END,
            to_jsonb(gaps) FROM gaps
        UNION ALL
        SELECT 'partitions', CASE
                WHEN NOT this_month THEN 'error this_month_missing'
                WHEN rows > 0 THEN 'warn rows_in_default'
                WHEN ahead < analytics.threshold('partitions_ahead_warn') THEN 'warn few_ahead'
                ELSE 'ok ahead' END,
            jsonb_build_object('months_ahead', ahead, 'rows_in_default', rows,
                'oldest_in_default', oldest, 'newest_in_default', newest) FROM months, leftover
    )
    SELECT
        v.component,
        split_part(v.verdict, ' ', 1),
        jsonb_strip_nulls(v.facts || jsonb_build_object('reason', split_part(v.verdict, ' ', 2),
            'remedy', analytics.remedy(v.component, split_part(v.verdict, ' ', 2))))
    FROM verdicts AS v
$$;

COMMENT ON FUNCTION analytics.health_of_storage() IS
    'The components database, dead_letters, gaps and partitions of health_check().';
