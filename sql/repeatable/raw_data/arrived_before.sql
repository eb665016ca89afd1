CREATE OR REPLACE FUNCTION raw_data.arrived_before()
RETURNS timestamptz
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '2s' -- the writers queue behind a session that waits for a lock
AS $$
BEGIN
    -- A writer inserts the event ids of a batch before the events. While this lock is held no batch is between the two, so
    -- every later batch gets a later ingested_at.
    LOCK TABLE raw_data.event_ids IN SHARE MODE;
    RETURN clock_timestamp();
END
$$;

COMMENT ON FUNCTION raw_data.arrived_before() IS
    'An instant: all events with an earlier ingested_at are committed, and no more will come. Call it in a transaction of its own, because writers wait until that ends. It waits at most two seconds for batches that are being written.';
