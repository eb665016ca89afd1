CREATE OR REPLACE FUNCTION analytics.health_of_streams()
RETURNS TABLE (component text, status text, details jsonb)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH measured AS (
        -- One row even without any checkpoint, so that "nothing was ever ingested" is reported.
        SELECT
            c.*,
            round(extract(epoch FROM statement_timestamp() - c.head_seen_at)) AS head_age,
            -- A lease that was released has no lease_renewed_at: then the last sign of a writer counts.
            round(extract(epoch FROM statement_timestamp()
                - coalesce(c.lease_renewed_at, greatest(c.committed_at, c.head_seen_at)))) AS lease_age,
            -- greatest() ignores nulls: an unknown head would become a lag of 0.
            CASE WHEN c.head_offset IS NOT NULL THEN greatest(c.head_offset - c.event_offset, 0) END AS lag
        FROM (VALUES (1)) AS once (row) LEFT JOIN raw_data.stream_checkpoints AS c ON true
    ),
    classified AS (
        SELECT
            m.*,
            CASE
                WHEN committed_at IS NULL AND head_offset IS NULL THEN 'warn never_ingested'
                WHEN head_offset IS NULL THEN 'ok head_unknown'
                WHEN lag > analytics.threshold('lag_error') THEN 'error behind'
                WHEN lag > analytics.threshold('lag_warn') THEN 'warn behind'
                WHEN head_age > analytics.threshold('lag_head_age_warn') THEN 'warn head_outdated'
                ELSE 'ok keeping_up'
            END AS lagging,
            CASE
                WHEN coalesce(fence, 0) = 0 THEN 'warn never_held'
                WHEN holder IS NOT NULL AND lease_age > analytics.threshold('lease_renewal_error') THEN 'error expired'
                WHEN holder IS NOT NULL AND lease_age > analytics.threshold('lease_renewal_warn') THEN 'warn expired'
                WHEN holder IS NOT NULL THEN 'ok held'
                WHEN lease_age <= analytics.threshold('lease_nobody_warn') THEN 'ok free'
                ELSE 'warn nobody'
            END AS lease
        FROM measured AS m
    ),
    verdicts AS (
        SELECT 'freshness' AS component, f.status || ' ' || f.reason AS verdict, jsonb_build_object(
            'stream', f.stream, 'shard', f.shard, 'committed_at', f.updated_at,
            'seconds_since_commit', f.age_seconds, 'last_event_ts', f.newest_event_ts) AS facts
        FROM analytics.freshness AS f
        WHERE f.kind = 'stream'
        UNION ALL
        SELECT 'rollups', f.status || ' ' || f.reason, jsonb_build_object('refreshed_at', f.updated_at,
            'seconds_since_refresh', f.age_seconds, 'summed_before', f.newest_event_ts)
        FROM analytics.freshness AS f
        WHERE f.kind = 'rollups'
        UNION ALL
        SELECT 'lag', lagging, jsonb_build_object('stream', stream, 'shard', shard, 'lag_events', lag,
            'event_offset', event_offset, 'head_offset', head_offset, 'seconds_since_head_seen', head_age) FROM classified
        UNION ALL
        SELECT 'lease', lease, jsonb_build_object('stream', stream, 'shard', shard, 'holder', holder, 'fence', fence,
            'seconds_since_renewal', lease_age) FROM classified
    )
    -- Of several streams, the worst one is the row of its component.
    SELECT DISTINCT ON (v.component)
        v.component,
        split_part(v.verdict, ' ', 1),
        jsonb_strip_nulls(v.facts || jsonb_build_object('reason', split_part(v.verdict, ' ', 2),
            'remedy', analytics.remedy(v.component, split_part(v.verdict, ' ', 2))))
    FROM verdicts AS v
    ORDER BY
        v.component,
        array_position(ARRAY['error', 'warn', 'ok'], split_part(v.verdict, ' ', 1)),
        v.facts ->> 'stream',
        v.facts ->> 'shard'
$$;

COMMENT ON FUNCTION analytics.health_of_streams() IS
    'The components freshness, rollups, lag and lease of health_check(), from analytics.freshness and raw_data.stream_checkpoints.';
