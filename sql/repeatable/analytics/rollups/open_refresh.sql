CREATE OR REPLACE FUNCTION analytics.open_refresh(upto timestamptz DEFAULT NULL)
RETURNS timestamptz
LANGUAGE sql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '2s' -- the writers queue behind a session that waits for a lock
AS $$
    SELECT analytics.publication_gate();
    UPDATE analytics.rollup_watermark
    SET logged_before = date_trunc('hour', coalesce(upto, clock_timestamp() - interval '1 hour'), 'UTC')
    WHERE logged_before < date_trunc('hour', coalesce(upto, clock_timestamp() - interval '1 hour'), 'UTC');
    SELECT logged_before FROM analytics.rollup_watermark;
$$;

COMMENT ON FUNCTION analytics.open_refresh(timestamptz) IS
    'The first half of a refresh, in a transaction of its own. From its commit on, changes before the returned hour are logged in rollup_invalidations. It waits for the writers that began before it. By default the hour is one hour ago, because most events have arrived by then. An error while publication_gate() raises one.';
