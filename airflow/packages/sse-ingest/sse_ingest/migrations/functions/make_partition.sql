CREATE OR REPLACE FUNCTION {schema}.make_partition(month timestamptz)
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
    IF to_regclass(format('{schema}.%I', name)) IS NOT NULL THEN
        RETURN NULL;
    END IF;
    -- One caller at a time, and nobody adds a row of the month to the default partition while it is read. The existence is
    -- checked again after the lock, because only then the commits of other sessions are visible.
    LOCK TABLE {schema}.events_raw_default IN ACCESS EXCLUSIVE MODE;
    IF to_regclass(format('{schema}.%I', name)) IS NOT NULL THEN
        RETURN NULL;
    END IF;
    -- Created as a table and then attached: unlike PARTITION OF, this blocks neither readers nor writers of other months.
    -- Migration 0012 says why it has these settings of autovacuum.
    EXECUTE format(
        'CREATE TABLE {schema}.%I (LIKE {schema}.events_raw INCLUDING ALL) WITH (autovacuum_freeze_min_age = 0,'
        ' autovacuum_vacuum_insert_threshold = 50000, autovacuum_vacuum_insert_scale_factor = 0,'
        ' autovacuum_analyze_scale_factor = 0.02)', name);
    EXECUTE format('COMMENT ON TABLE {schema}.%I IS %L', name, to_char(first_ts, '"Events of "YYYY-MM" (UTC)."'));
    -- A partition cannot be attached while the default partition holds its rows. They are moved in the same transaction,
    -- because a snapshot in between would see them twice.
    EXECUTE format(
        'WITH moved AS (DELETE FROM {schema}.events_raw_default WHERE ts >= %L AND ts < %L RETURNING *)'
        ' INSERT INTO {schema}.%I SELECT * FROM moved', first_ts, next_ts, name);
    GET DIAGNOSTICS moved = ROW_COUNT;
    EXECUTE format(
        'ALTER TABLE {schema}.events_raw ATTACH PARTITION {schema}.%I FOR VALUES FROM (%L) TO (%L)',
        name, first_ts, next_ts);
    RETURN moved;
END
$$;

COMMENT ON FUNCTION {schema}.make_partition(timestamptz) IS
    'Creates the partition of a month of events_raw and moves its rows there from the default partition. Returns how many rows were moved, or null when the partition existed.';
