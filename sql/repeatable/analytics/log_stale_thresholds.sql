CREATE OR REPLACE FUNCTION analytics.log_stale_thresholds()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM analytics.rollup_watermark FOR SHARE;
    INSERT INTO analytics.rollup_invalidations (rollup, hour, location_code)
    SELECT DISTINCT 'sales', r.hour, r.location_code
    FROM analytics.rollup_sales_hours AS r;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION analytics.log_stale_thresholds() IS
    'What is premium was drawn anew: all sales are summed anew.';

CREATE OR REPLACE TRIGGER rollup_change AFTER UPDATE OF value ON analytics.thresholds
    FOR EACH ROW WHEN (NEW.name = 'premium_order' AND NEW.value <> OLD.value)
    EXECUTE FUNCTION analytics.log_stale_thresholds();
