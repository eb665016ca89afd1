CREATE OR REPLACE FUNCTION analytics.last_hour_of_ingest(at timestamptz DEFAULT clock_timestamp())
RETURNS TABLE (latency_p50 double precision, latency_p99 double precision, accepted bigint, refused bigint, newest timestamptz)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
ROWS 1
AS $$
DECLARE
    latency_from constant timestamptz :=
        at - interval '1 second' * analytics.threshold('live_latency_span')::float8;
BEGIN
    RETURN QUERY
    SELECT e.latencies[1], e.latencies[2], e.events, d.refused, c.newest
    FROM (
        SELECT
            count(*) AS events,
            percentile_disc(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY extract(epoch FROM r.ingested_at - r.ts)::float8)
                FILTER (WHERE r.ingested_at > latency_from AND r.ts <= r.ingested_at
                    AND r.ingested_by NOT LIKE 'backfill:%') AS latencies
        FROM raw_data.events_raw AS r
        WHERE r.ingested_at > at - interval '1 hour' AND r.ingested_at <= at
    ) AS e
    CROSS JOIN (
        -- A dead letter that was retried is in events_raw.
        SELECT count(*) AS refused
        FROM raw_data.dead_letters
        WHERE first_seen > at - interval '1 hour' AND first_seen <= at
            AND (resolution IS NULL OR resolution = 'discarded')
    ) AS d
    CROSS JOIN (
        SELECT max(least(latest_event_time, at)) AS newest
        FROM raw_data.stream_checkpoints
        WHERE latest_event_time IS NOT NULL
    ) AS c;
END
$$;

COMMENT ON FUNCTION analytics.last_hour_of_ingest(timestamptz) IS
    'Ingestion in the 60 minutes before an instant: events accepted and refused (dead letters that no retry has accepted), the seconds from ts to ingested_at (median and 99th percentile, over live_latency_span of analytics.thresholds, at most the hour, without events of a clock that is ahead and those that a backfill wrote), and the greatest event time of all streams, at most the instant. For live_metrics.';
