CREATE OR REPLACE FUNCTION analytics.trg_invalidate_locations()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mark analytics.rollup_watermark;
    home constant text := analytics.default_currency();
BEGIN
    IF TG_OP <> 'DELETE' THEN
        PERFORM now() AT TIME ZONE NEW.time_zone; -- an error when there is no such time zone
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.location_code, OLD.city, OLD.time_zone, OLD.close_out, OLD.currency)
        IS NOT DISTINCT FROM (NEW.location_code, NEW.city, NEW.time_zone, NEW.close_out, NEW.currency)
    THEN
        RETURN NULL; -- the rollups do not depend on the name
    END IF;
    SELECT w.* INTO STRICT mark FROM analytics.rollup_watermark AS w FOR SHARE;
    INSERT INTO analytics.rollup_invalidations (rollup, hour, location_code)
    SELECT 'sales', r.hour, r.location_code
    FROM analytics.rollup_sales_hours AS r
    WHERE r.location_code IN (OLD.location_code, NEW.location_code)
    UNION
    -- Hours that a refresh may be summing now with the old time zone: changed ones, and those after the watermark.
    SELECT i.rollup, i.hour, i.location_code
    FROM analytics.rollup_invalidations AS i
    WHERE i.rollup = 'sales' AND i.location_code IN (OLD.location_code, NEW.location_code)
    UNION
    SELECT 'sales', date_trunc('hour', o.business_ts, 'UTC'), o.location_code
    FROM analytics.orders AS o
    WHERE o.location_code IN (OLD.location_code, NEW.location_code)
        AND o.business_ts >= mark.closed_before AND o.business_ts < mark.logged_before;
    INSERT INTO analytics.rollup_invalidations (rollup, hour)
    SELECT 'movements', r.hour
    FROM analytics.rollup_movement_hours AS r
    WHERE r.location_code IN (OLD.location_code, NEW.location_code)
    UNION
    SELECT i.rollup, i.hour
    FROM analytics.rollup_invalidations AS i
    WHERE i.rollup = 'movements'
    UNION
    -- From the tables and of all restaurants: cash_movements is without those whose time has not come.
    SELECT 'movements', date_trunc('hour', p.event_ts, 'UTC')
    FROM analytics.payments AS p
    WHERE p.event_ts >= mark.closed_before AND p.event_ts < mark.logged_before
    UNION
    SELECT 'movements', date_trunc('hour', r.refunded_ts, 'UTC')
    FROM analytics.refunds AS r
    WHERE r.refunded_ts >= mark.closed_before AND r.refunded_ts < mark.logged_before;
    IF coalesce(OLD.currency, home) <> coalesce(NEW.currency, home) THEN
        -- All hours of the menu: which of them have its lines is not known without reading all of them.
        INSERT INTO analytics.rollup_invalidations (rollup, hour)
        SELECT 'menu', r.hour
        FROM analytics.rollup_menu_hours AS r
        UNION
        SELECT i.rollup, i.hour
        FROM analytics.rollup_invalidations AS i
        WHERE i.rollup = 'menu'
        UNION
        SELECT 'menu', date_trunc('hour', l.event_ts, 'UTC')
        FROM analytics.order_items AS l
        WHERE l.event_ts >= mark.closed_before AND l.event_ts < mark.logged_before
        UNION
        SELECT 'menu', date_trunc('hour', o.scheduled_for, 'UTC')
        FROM analytics.orders AS o
        WHERE o.scheduled_for >= mark.closed_before AND o.scheduled_for < mark.logged_before;
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION analytics.trg_invalidate_locations() IS
    'Trigger function: the time zone, close-out, city or currency of a restaurant has changed, so all its hours go to rollup_invalidations; with another currency, those of the menu too. Refuses a time zone that PostgreSQL does not know.';

CREATE OR REPLACE TRIGGER rollup_change AFTER INSERT OR UPDATE OR DELETE ON analytics.locations
    FOR EACH ROW EXECUTE FUNCTION analytics.trg_invalidate_locations();
