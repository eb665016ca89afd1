CREATE OR REPLACE FUNCTION analytics.event_watermark()
RETURNS timestamptz
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT min(c.latest_event_time) - interval '1 second' * analytics.threshold('window_lateness')::float8
    FROM (
        SELECT latest_event_time, committed_at, max(committed_at) OVER () AS last_commit
        FROM raw_data.stream_checkpoints
        WHERE latest_event_time IS NOT NULL
    ) AS c
    WHERE c.committed_at >= c.last_commit
        - interval '1 second' * analytics.threshold('window_idle_stream')::float8
$$;

COMMENT ON FUNCTION analytics.event_watermark() IS
    'The watermark: windows that end by then are final. It is the greatest committed event time minus window_lateness of analytics.thresholds; of several streams the earliest, without those that are idle for longer than window_idle_stream. Null before the first event.';
