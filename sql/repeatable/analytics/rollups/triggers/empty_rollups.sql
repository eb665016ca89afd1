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

-- With another default currency, every sum of money may be in another currency.
CREATE OR REPLACE TRIGGER rollup_change AFTER UPDATE OF is_default ON analytics.currencies
    FOR EACH STATEMENT EXECUTE FUNCTION analytics.empty_rollups();
