CREATE OR REPLACE FUNCTION {schema}.analyze_events()
RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '2s' -- other sessions queue behind one that waits for a lock
AS $$
BEGIN
    -- Autovacuum analyzes the partitions, but not their parent.
    ANALYZE ONLY {schema}.events_raw;
END
$$;

COMMENT ON FUNCTION {schema}.analyze_events() IS
    'Updates the planner statistics of events_raw as a whole. Autovacuum analyzes only its partitions.';
