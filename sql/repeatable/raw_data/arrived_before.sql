CREATE OR REPLACE FUNCTION raw_data.arrived_before()
RETURNS timestamptz
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '2s' -- whoever waits for a lock makes the writers wait behind it
AS $$
BEGIN
    -- A writer claims the ids of a batch before it writes the events. Nobody holds a claim now, so whoever claims next
    -- writes later than this.
    LOCK TABLE raw_data.event_ids IN SHARE MODE;
    RETURN clock_timestamp();
END
$$;

COMMENT ON FUNCTION raw_data.arrived_before() IS
    'An instant: every event that has or will ever have an earlier ingested_at is committed. Call it in a transaction of its own, since it holds up the writers to the end of that. It waits for those under way, two seconds at most.';
