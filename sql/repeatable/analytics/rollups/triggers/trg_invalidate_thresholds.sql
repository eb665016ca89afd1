CREATE OR REPLACE FUNCTION analytics.trg_invalidate_thresholds()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mark analytics.rollup_watermark;
BEGIN
    SELECT w.* INTO STRICT mark FROM analytics.rollup_watermark AS w FOR SHARE;
    INSERT INTO analytics.rollup_invalidations (rollup, hour, location_code)
    SELECT 'sales', r.hour, r.location_code
    FROM analytics.rollup_sales_hours AS r
    UNION
    -- Hours that a refresh may be summing now with the old threshold: changed ones, and those after the watermark.
    SELECT i.rollup, i.hour, i.location_code
    FROM analytics.rollup_invalidations AS i
    WHERE i.rollup = 'sales'
    UNION
    SELECT 'sales', date_trunc('hour', o.business_ts, 'UTC'), o.location_code
    FROM analytics.orders AS o
    WHERE o.business_ts >= mark.closed_before AND o.business_ts < mark.logged_before;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION analytics.trg_invalidate_thresholds() IS
    'Trigger function: premium_order has changed, perhaps in one currency only, so all hours of sales go to rollup_invalidations.';

CREATE OR REPLACE TRIGGER rollup_change AFTER UPDATE OF value ON analytics.thresholds
    FOR EACH ROW WHEN (NEW.name = 'premium_order' AND NEW.value <> OLD.value)
    EXECUTE FUNCTION analytics.trg_invalidate_thresholds();
CREATE OR REPLACE TRIGGER rollup_change AFTER INSERT OR UPDATE OR DELETE ON analytics.currency_thresholds
    FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_thresholds();
