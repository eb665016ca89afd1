CREATE OR REPLACE FUNCTION analytics.empty_rollups()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM analytics.reset_rollups();
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION analytics.empty_rollups() IS 'Trigger function: a table was truncated, so the rollups are emptied.';
