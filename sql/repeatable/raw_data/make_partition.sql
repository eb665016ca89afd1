CREATE OR REPLACE FUNCTION raw_data.make_partition(month timestamptz)
RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
    first_ts constant timestamptz := date_trunc('month', month);
    next_ts  constant timestamptz := first_ts + interval '1 month';
    name     constant text := to_char(first_ts, '"events_raw_"YYYY_MM');
    moved    bigint;
BEGIN
    IF to_regclass(format('raw_data.%I', name)) IS NOT NULL THEN
        RETURN NULL;
    END IF;
    -- One caller at a time, and no row for the month slips into the default while it is read. The second look comes
    -- after the lock, because only taking one makes what others committed visible to it.
    LOCK TABLE raw_data.events_raw_default IN ACCESS EXCLUSIVE MODE;
    IF to_regclass(format('raw_data.%I', name)) IS NOT NULL THEN
        RETURN NULL;
    END IF;
    -- Made apart and attached: unlike PARTITION OF, this stops neither readers nor writers of the other months. Why it
    -- is vacuumed like this is said in migration 0012.
    EXECUTE format(
        'CREATE TABLE raw_data.%I (LIKE raw_data.events_raw INCLUDING ALL) WITH (autovacuum_freeze_min_age = 0,'
        ' autovacuum_vacuum_insert_threshold = 50000, autovacuum_vacuum_insert_scale_factor = 0,'
        ' autovacuum_analyze_scale_factor = 0.02)', name);
    EXECUTE format('COMMENT ON TABLE raw_data.%I IS %L', name, to_char(first_ts, '"Events of "YYYY-MM" (UTC)."'));
    -- A partition cannot be attached over rows that the default holds. They move in the transaction that attaches it and
    -- not ahead of that: a snapshot from in between would see them twice.
    EXECUTE format(
        'WITH moved AS (DELETE FROM raw_data.events_raw_default WHERE ts >= %L AND ts < %L RETURNING *)'
        ' INSERT INTO raw_data.%I SELECT * FROM moved', first_ts, next_ts, name);
    GET DIAGNOSTICS moved = ROW_COUNT;
    EXECUTE format(
        'ALTER TABLE raw_data.events_raw ATTACH PARTITION raw_data.%I FOR VALUES FROM (%L) TO (%L)',
        name, first_ts, next_ts);
    RETURN moved;
END
$$;

COMMENT ON FUNCTION raw_data.make_partition(timestamptz) IS
    'Makes the partition of a month of events_raw, and moves there what the default partition holds of it: how many rows that were; null when it was there.';
