CREATE OR REPLACE VIEW analytics.freshness AS
WITH limits AS (
    SELECT
        statement_timestamp() AS now,
        analytics.threshold('freshness_warn') AS warn,
        analytics.threshold('freshness_error') AS error,
        analytics.threshold('freshness_quiet_warn') AS quiet,
        analytics.threshold('rollups_warn') AS rollups
), measured AS (
    SELECT
        'stream' AS kind, c.stream, c.shard, c.committed_at AS updated_at, c.event_ts AS newest_event_ts,
        extract(epoch FROM l.now - c.committed_at) AS age,
        -- Only then is it known that the source has nothing new. Otherwise ingestion may have stopped.
        c.head_offset <= c.event_offset AND extract(epoch FROM l.now - c.head_seen_at) <= l.warn AS caught_up
    FROM limits AS l
    -- One row even without any checkpoint, so that "nothing was ever ingested" is reported.
    LEFT JOIN raw_data.stream_checkpoints AS c ON true
    UNION ALL
    SELECT 'rollups', NULL, NULL, w.refreshed_at, nullif(w.closed_before, '-infinity'),
        extract(epoch FROM l.now - w.refreshed_at), NULL
    FROM limits AS l
    CROSS JOIN analytics.rollup_watermark AS w
), compared AS (
    SELECT
        m.*,
        CASE WHEN m.kind = 'rollups' THEN l.rollups WHEN m.caught_up THEN l.quiet ELSE l.warn END AS warn_after,
        CASE WHEN m.kind = 'stream' AND m.caught_up IS NOT TRUE THEN l.error END AS error_after
    FROM measured AS m
    CROSS JOIN limits AS l
)
SELECT
    kind,
    stream,
    shard,
    updated_at,
    newest_event_ts,
    round(age) AS age_seconds,
    warn_after AS warn_after_seconds,
    error_after AS error_after_seconds,
    CASE
        WHEN kind = 'stream' AND age IS NULL THEN 'warn'
        WHEN age > error_after THEN 'error'
        WHEN age > warn_after THEN 'warn'
        ELSE 'ok'
    END AS status,
    CASE
        WHEN age IS NULL THEN CASE kind WHEN 'stream' THEN 'never_ingested' ELSE 'never_refreshed' END
        WHEN age > warn_after AND caught_up THEN 'nothing_new'
        WHEN age > warn_after THEN 'stale'
        WHEN caught_up THEN 'caught_up'
        ELSE 'fresh'
    END AS reason
FROM compared;

COMMENT ON VIEW analytics.freshness IS
    'How old the data behind the views are: one row per stream (and one when nothing was ever ingested), and one for the rollups. health_check() reports the same. Its limits are freshness_warn, freshness_error, freshness_quiet_warn and rollups_warn in analytics.thresholds.';
COMMENT ON COLUMN analytics.freshness.kind IS 'stream or rollups.';
COMMENT ON COLUMN analytics.freshness.stream IS 'The logical stream, as the writer names it; null for the rollups.';
COMMENT ON COLUMN analytics.freshness.shard IS 'The shard of the stream.';
COMMENT ON COLUMN analytics.freshness.updated_at IS 'When a batch was last committed, or the rollups refreshed.';
COMMENT ON COLUMN analytics.freshness.newest_event_ts IS
    'When the last committed event happened; for the rollups, the instant before which all hours are summed.';
COMMENT ON COLUMN analytics.freshness.age_seconds IS 'The time since updated_at.';
COMMENT ON COLUMN analytics.freshness.warn_after_seconds IS
    'The age from which on status is warn. It is longer while the source is known to have nothing new.';
COMMENT ON COLUMN analytics.freshness.error_after_seconds IS
    'The age from which on status is error; null where no age is an error.';
COMMENT ON COLUMN analytics.freshness.status IS 'ok, warn or error.';
COMMENT ON COLUMN analytics.freshness.reason IS
    'fresh, caught_up, stale, nothing_new, never_ingested, or never_refreshed: without Airflow nothing refreshes the rollups, and the views read the tables.';
