CREATE OR REPLACE FUNCTION analytics.trg_invalidate_items()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mark timestamptz;
BEGIN
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO analytics.future_events (order_id, until)
        SELECT r.order_id, r.event_ts FROM new_rows AS r WHERE r.event_ts > analytics.present();
    END IF;
    -- The lock lasts until the transaction ends, so that no refresh moves the watermark meanwhile.
    SELECT w.logged_before INTO STRICT mark FROM analytics.rollup_watermark AS w FOR SHARE;
    IF mark = '-infinity' THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO analytics.rollup_invalidations (rollup, hour)
        SELECT DISTINCT 'menu', date_trunc('hour', r.event_ts, 'UTC')
        FROM new_rows AS r
        WHERE r.event_ts < mark
        UNION
        SELECT 'menu', date_trunc('hour', o.scheduled_for, 'UTC')
        FROM new_rows AS r
        JOIN analytics.orders AS o ON o.order_id = r.order_id
        WHERE o.scheduled_for < mark;
        INSERT INTO analytics.rollup_invalidations (rollup, hour, location_code)
        SELECT DISTINCT 'sales', date_trunc('hour', o.business_ts, 'UTC'), o.location_code
        FROM new_rows AS r
        JOIN analytics.orders AS o ON o.order_id = r.order_id
        WHERE o.business_ts < mark;
        INSERT INTO analytics.rollup_invalidations (rollup, hour)
        SELECT DISTINCT 'menu', date_trunc('hour', coalesce(o.scheduled_for, i.event_ts), 'UTC')
        FROM (
            SELECT DISTINCT r.order_id
            FROM new_rows AS r
            WHERE r.tax_included
                OR r.is_replaced
                OR EXISTS (SELECT FROM analytics.deducted_orders AS d WHERE d.order_id = r.order_id)
                OR EXISTS (SELECT FROM analytics.order_item_voids AS v WHERE v.order_id = r.order_id)
                OR EXISTS (SELECT FROM analytics.order_items AS n WHERE n.order_id = r.order_id AND n.is_replaced)
        ) AS r
        JOIN analytics.order_items AS i ON i.order_id = r.order_id
        LEFT JOIN analytics.orders AS o ON o.order_id = r.order_id
        WHERE coalesce(o.scheduled_for, i.event_ts) < mark;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO analytics.rollup_invalidations (rollup, hour)
        SELECT DISTINCT 'menu', date_trunc('hour', r.event_ts, 'UTC')
        FROM old_rows AS r
        WHERE r.event_ts < mark
        UNION
        SELECT 'menu', date_trunc('hour', o.scheduled_for, 'UTC')
        FROM old_rows AS r
        JOIN analytics.orders AS o ON o.order_id = r.order_id
        WHERE o.scheduled_for < mark;
        INSERT INTO analytics.rollup_invalidations (rollup, hour, location_code)
        SELECT DISTINCT 'sales', date_trunc('hour', o.business_ts, 'UTC'), o.location_code
        FROM old_rows AS r
        JOIN analytics.orders AS o ON o.order_id = r.order_id
        WHERE o.business_ts < mark;
        INSERT INTO analytics.rollup_invalidations (rollup, hour)
        SELECT DISTINCT 'menu', date_trunc('hour', coalesce(o.scheduled_for, i.event_ts), 'UTC')
        FROM (
            SELECT DISTINCT r.order_id
            FROM old_rows AS r
            WHERE r.tax_included
                OR r.is_replaced
                OR EXISTS (SELECT FROM analytics.deducted_orders AS d WHERE d.order_id = r.order_id)
                OR EXISTS (SELECT FROM analytics.order_item_voids AS v WHERE v.order_id = r.order_id)
                OR EXISTS (SELECT FROM analytics.order_items AS n WHERE n.order_id = r.order_id AND n.is_replaced)
        ) AS r
        JOIN analytics.order_items AS i ON i.order_id = r.order_id
        LEFT JOIN analytics.orders AS o ON o.order_id = r.order_id
        WHERE coalesce(o.scheduled_for, i.event_ts) < mark;
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION analytics.trg_invalidate_items() IS
    'Trigger function: writes the hours of changed lines, and of their orders, to rollup_invalidations, if the rollups have summed them, and records in future_events what is dated in the future. Also the hours of the other lines of these orders, where they share discounts or tax, or are void with another line. The sales of an order are those of its lines.';

CREATE OR REPLACE TRIGGER rollup_insert AFTER INSERT ON analytics.order_items
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_items();
CREATE OR REPLACE TRIGGER rollup_update AFTER UPDATE ON analytics.order_items
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_items();
CREATE OR REPLACE TRIGGER rollup_delete AFTER DELETE ON analytics.order_items
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_items();
CREATE OR REPLACE TRIGGER rollup_truncate AFTER TRUNCATE ON analytics.order_items
    FOR EACH STATEMENT EXECUTE FUNCTION analytics.empty_rollups();
