CREATE OR REPLACE FUNCTION analytics.trg_invalidate_orders()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mark timestamptz;
    home constant text := analytics.default_currency();
    moved uuid[];
BEGIN
    -- The lock lasts until the transaction ends, so that no refresh moves the watermark meanwhile.
    SELECT w.logged_before INTO STRICT mark FROM analytics.rollup_watermark AS w FOR SHARE;
    IF mark = '-infinity' THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO analytics.rollup_invalidations (rollup, hour, location_code)
        SELECT DISTINCT 'sales', date_trunc('hour', r.business_ts, 'UTC'), r.location_code
        FROM new_rows AS r
        WHERE r.business_ts < mark;
        INSERT INTO analytics.rollup_invalidations (rollup, hour)
        SELECT DISTINCT 'menu', date_trunc('hour', i.event_ts, 'UTC')
        FROM new_rows AS r
        JOIN analytics.order_items AS i ON i.order_id = r.order_id
        WHERE (r.status = 'cancelled' OR r.scheduled_for IS NOT NULL OR r.business_ts > analytics.present())
            AND i.event_ts < mark
        UNION
        SELECT 'menu', date_trunc('hour', r.scheduled_for, 'UTC')
        FROM new_rows AS r
        WHERE r.scheduled_for < mark;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO analytics.rollup_invalidations (rollup, hour, location_code)
        SELECT DISTINCT 'sales', date_trunc('hour', r.business_ts, 'UTC'), r.location_code
        FROM old_rows AS r
        WHERE r.business_ts < mark;
        INSERT INTO analytics.rollup_invalidations (rollup, hour)
        SELECT DISTINCT 'menu', date_trunc('hour', i.event_ts, 'UTC')
        FROM old_rows AS r
        JOIN analytics.order_items AS i ON i.order_id = r.order_id
        WHERE (r.status = 'cancelled' OR r.scheduled_for IS NOT NULL OR r.business_ts > analytics.present())
            AND i.event_ts < mark
        UNION
        SELECT 'menu', date_trunc('hour', r.scheduled_for, 'UTC')
        FROM old_rows AS r
        WHERE r.scheduled_for < mark;
    END IF;
    -- A movement whose payment names no restaurant or currency has that of its order, and so has the currency of a line.
    CASE TG_OP
        WHEN 'INSERT' THEN
            INSERT INTO analytics.rollup_invalidations (rollup, hour)
            SELECT 'movements', h.hour
            FROM analytics.hours_of_movements((SELECT array_agg(r.order_id) FROM new_rows AS r), mark) AS h (hour);
            -- Until their order comes, lines are in the default currency.
            SELECT array_agg(r.order_id) INTO moved
            FROM new_rows AS r
            LEFT JOIN analytics.locations AS l ON l.location_code = r.location_code
            WHERE coalesce(r.currency, l.currency, home) <> home;
        WHEN 'DELETE' THEN
            INSERT INTO analytics.rollup_invalidations (rollup, hour)
            SELECT 'movements', h.hour
            FROM analytics.hours_of_movements((SELECT array_agg(r.order_id) FROM old_rows AS r), mark) AS h (hour);
            SELECT array_agg(r.order_id) INTO moved
            FROM old_rows AS r
            LEFT JOIN analytics.locations AS l ON l.location_code = r.location_code
            WHERE coalesce(r.currency, l.currency, home) <> home;
        ELSE
            SELECT array_agg(n.order_id) INTO moved
            FROM new_rows AS n
            JOIN old_rows AS o ON o.order_id = n.order_id
                AND (o.location_code <> n.location_code OR o.currency IS DISTINCT FROM n.currency);
            IF moved IS NOT NULL THEN
                INSERT INTO analytics.rollup_invalidations (rollup, hour)
                SELECT 'movements', h.hour
                FROM analytics.hours_of_movements(moved, mark) AS h (hour);
            END IF;
    END CASE;
    IF moved IS NOT NULL THEN
        PERFORM analytics.invalidate_lines(moved, mark);
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION analytics.trg_invalidate_orders() IS
    'Trigger function: writes the hours of changed orders to rollup_invalidations, those of the lines of orders that are or were cancelled, scheduled or in the future, and those of the movements of orders that are new or get another restaurant or currency, with their lines, if the rollups have summed them.';

CREATE OR REPLACE TRIGGER rollup_insert AFTER INSERT ON analytics.orders
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_orders();
CREATE OR REPLACE TRIGGER rollup_update AFTER UPDATE ON analytics.orders
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_orders();
CREATE OR REPLACE TRIGGER rollup_delete AFTER DELETE ON analytics.orders
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_orders();
CREATE OR REPLACE TRIGGER rollup_truncate AFTER TRUNCATE ON analytics.orders
    FOR EACH STATEMENT EXECUTE FUNCTION analytics.empty_rollups();
