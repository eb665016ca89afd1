CREATE OR REPLACE FUNCTION analytics.trg_invalidate_payments()
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
        SELECT r.order_id, r.processed_at FROM new_rows AS r WHERE r.processed_at > analytics.present();
    END IF;
    -- The lock lasts until the transaction ends, so that no refresh moves the watermark meanwhile.
    SELECT w.logged_before INTO STRICT mark FROM analytics.rollup_watermark AS w FOR SHARE;
    IF mark = '-infinity' THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'DELETE' THEN
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
            WHERE r.discount > 0
                OR EXISTS (SELECT FROM analytics.deducted_orders AS d WHERE d.order_id = r.order_id)
        ) AS r
        JOIN analytics.order_items AS i ON i.order_id = r.order_id
        LEFT JOIN analytics.orders AS o ON o.order_id = r.order_id
        WHERE coalesce(o.scheduled_for, i.event_ts) < mark;
        INSERT INTO analytics.rollup_invalidations (rollup, hour)
        SELECT DISTINCT 'movements', date_trunc('hour', r.event_ts, 'UTC')
        FROM new_rows AS r
        WHERE r.event_ts < mark
        UNION
        SELECT 'movements', date_trunc('hour', f.refunded_ts, 'UTC')
        FROM new_rows AS r
        JOIN analytics.refunds AS f ON f.payment_id = r.payment_id
        WHERE f.refunded_ts < mark;
    END IF;
    IF TG_OP <> 'INSERT' THEN
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
            WHERE r.discount > 0
                OR EXISTS (SELECT FROM analytics.deducted_orders AS d WHERE d.order_id = r.order_id)
        ) AS r
        JOIN analytics.order_items AS i ON i.order_id = r.order_id
        LEFT JOIN analytics.orders AS o ON o.order_id = r.order_id
        WHERE coalesce(o.scheduled_for, i.event_ts) < mark;
        INSERT INTO analytics.rollup_invalidations (rollup, hour)
        SELECT DISTINCT 'movements', date_trunc('hour', r.event_ts, 'UTC')
        FROM old_rows AS r
        WHERE r.event_ts < mark
        UNION
        SELECT 'movements', date_trunc('hour', f.refunded_ts, 'UTC')
        FROM old_rows AS r
        JOIN analytics.refunds AS f ON f.payment_id = r.payment_id
        WHERE f.refunded_ts < mark;
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION analytics.trg_invalidate_payments() IS
    'Trigger function: writes the hours of the orders of changed payments, of the payments and of their refunds to rollup_invalidations, and those of the lines where these share discounts or tax, if the rollups have summed them. It records in future_events what is dated in the future.';

CREATE OR REPLACE TRIGGER rollup_insert AFTER INSERT ON analytics.payments
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_payments();
CREATE OR REPLACE TRIGGER rollup_update AFTER UPDATE ON analytics.payments
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_payments();
CREATE OR REPLACE TRIGGER rollup_delete AFTER DELETE ON analytics.payments
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_payments();
CREATE OR REPLACE TRIGGER rollup_truncate AFTER TRUNCATE ON analytics.payments
    FOR EACH STATEMENT EXECUTE FUNCTION analytics.empty_rollups();
