CREATE OR REPLACE FUNCTION analytics.remedy(component text, reason text)
RETURNS text
LANGUAGE sql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.remedy
    FROM (VALUES
        ('database', 'in_recovery', 'This server is a standby and takes no writes: connect to the primary.'),
        ('database', 'checksum_failures', 'The disk returned damaged pages (pg_stat_database.checksum_failures): restore from a backup, and rebuild analytics from raw_data.'),
        ('database', 'connections', 'Close idle clients (SELECT * FROM pg_stat_activity ORDER BY state_change) or raise max_connections.'),
        ('database', 'xid_age', 'Old rows are not frozen: end long transactions and prepared transactions, then run VACUUM FREEZE.'),
        ('freshness', 'never_ingested', 'Nothing was ever committed: check that the event service answers on /ready, and that restaurant_realtime_stream is unpaused.'),
        ('freshness', 'stale', 'Ingestion has stopped or cannot reach its source: check the newest run of restaurant_realtime_stream, and /ready of the event service. If this stream has ended, as a backfill does, run as restaurant_user: SELECT raw_data.retire_stream(its name).'),
        ('freshness', 'nothing_new', 'All events are ingested, but the producers publish nothing new: check them. If this stream has ended, as a backfill does, run as restaurant_user: SELECT raw_data.retire_stream(its name).'),
        ('rollups', 'stale', 'The views are exact, but slow: check the newest run of restaurant_rollups.'),
        ('lag', 'never_ingested', 'There is nothing to measure before the first commit: see freshness.'),
        ('lag', 'behind', 'Ingestion is slower than the source. After an outage it catches up by itself; otherwise look for what blocks it: SELECT * FROM pg_stat_activity WHERE usename = ''airflow_user''.'),
        ('lag', 'head_outdated', 'No writer has read the newest position of the source: check lease, and /health of the event service.'),
        ('lease', 'never_held', 'No writer was ever started: unpause restaurant_realtime_stream.'),
        ('lease', 'expired', 'The writer does not respond, or its machine is down. A standby takes over within seconds; if none does, unpause restaurant_realtime_stream. If this stream has ended, as a backfill does, run as restaurant_user: SELECT raw_data.retire_stream(its name).'),
        ('lease', 'nobody', 'No writer runs: unpause restaurant_realtime_stream or restaurant_stream_ingest_polling. If this stream has ended, as a backfill does, run as restaurant_user: SELECT raw_data.retire_stream(its name).'),
        ('dead_letters', 'open', 'List them (./stack dlq list, or python -m sse_ingest dlq list), correct the producer, then retry or discard each of them.'),
        ('gaps', 'lost', 'The source had deleted events before they were ingested: ask their producer to publish them again, then set acknowledged_at in raw_data.stream_gaps.'),
        ('gaps', 'hole', 'The stream skipped offsets, and no event is known to be lost: check at the source, then set acknowledged_at in raw_data.stream_gaps.'),
        ('partitions', 'this_month_missing', 'Run: SELECT raw_data.ensure_partitions(now(), now() + interval ''3 months'')'),
        ('partitions', 'few_ahead', 'Run: SELECT raw_data.ensure_partitions(now(), now() + interval ''3 months'')'),
        ('partitions', 'rows_in_default', 'The DAG restaurant_maintenance moves them once a day. At once: SELECT * FROM raw_data.empty_default_partition(). Rows before 2000 or more than two years ahead stay, because the clock of their producer is wrong.'),
        ('quality', 'days_blocked', 'The views are exact, but the sums of these restaurants and days stay as they were published. Each has its remedy: SELECT rule, location_code, business_date, failed, remedy FROM analytics.data_quality_blocking.'),
        ('quality', 'everything_blocked', 'The views are exact, but nothing is published, and they become slower: SELECT rule, remedy FROM analytics.data_quality_blocking WHERE location_code IS NULL AND business_date IS NULL.')
    ) AS r (component, reason, remedy)
    WHERE r.component = remedy.component AND r.reason = remedy.reason
$$;

COMMENT ON FUNCTION analytics.remedy(text, text) IS
    'What to do about a component of health_check() whose status is not ok, by its reason; null when there is nothing to do.';
