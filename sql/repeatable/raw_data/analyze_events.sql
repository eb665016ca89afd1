CREATE OR REPLACE FUNCTION raw_data.analyze_events()
RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '2s' -- whoever waits for a lock makes others wait behind it
AS $$
BEGIN
    -- Its partitions autovacuum analyzes by itself.
    ANALYZE ONLY raw_data.events_raw;
END
$$;

COMMENT ON FUNCTION raw_data.analyze_events() IS
    'Tells the planner about events_raw as a whole, which autovacuum never does: it looks at the partitions only.';
