CREATE OR REPLACE FUNCTION analytics.trg_invalidate_bills()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mark timestamptz;
BEGIN
    IF TG_OP <> 'DELETE' AND TG_TABLE_NAME IN ('order_item_voids', 'payment_voids') THEN
        INSERT INTO analytics.future_events (order_id, until)
        SELECT r.order_id, r.voided_ts FROM new_rows AS r WHERE r.voided_ts > analytics.present();
    ELSIF TG_OP <> 'DELETE' THEN
        INSERT INTO analytics.future_events (order_id, until)
        SELECT r.order_id, r.event_ts FROM new_rows AS r WHERE r.event_ts > analytics.present();
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
        FROM new_rows AS r
        JOIN analytics.order_items AS i ON i.order_id = r.order_id
        LEFT JOIN analytics.orders AS o ON o.order_id = r.order_id
        WHERE coalesce(o.scheduled_for, i.event_ts) < mark;
        IF TG_TABLE_NAME = 'payment_voids' THEN
            INSERT INTO analytics.rollup_invalidations (rollup, hour)
            SELECT 'movements', h.hour
            FROM analytics.hours_of_movements((SELECT array_agg(r.order_id) FROM new_rows AS r), mark) AS h (hour);
        END IF;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO analytics.rollup_invalidations (rollup, hour, location_code)
        SELECT DISTINCT 'sales', date_trunc('hour', o.business_ts, 'UTC'), o.location_code
        FROM old_rows AS r
        JOIN analytics.orders AS o ON o.order_id = r.order_id
        WHERE o.business_ts < mark;
        INSERT INTO analytics.rollup_invalidations (rollup, hour)
        SELECT DISTINCT 'menu', date_trunc('hour', coalesce(o.scheduled_for, i.event_ts), 'UTC')
        FROM old_rows AS r
        JOIN analytics.order_items AS i ON i.order_id = r.order_id
        LEFT JOIN analytics.orders AS o ON o.order_id = r.order_id
        WHERE coalesce(o.scheduled_for, i.event_ts) < mark;
        IF TG_TABLE_NAME = 'payment_voids' THEN
            INSERT INTO analytics.rollup_invalidations (rollup, hour)
            SELECT 'movements', h.hour
            FROM analytics.hours_of_movements((SELECT array_agg(r.order_id) FROM old_rows AS r), mark) AS h (hour);
        END IF;
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION analytics.trg_invalidate_bills() IS
    'Trigger function: writes the hours of the orders of changed voids, discounts and service charges, of the lines of these orders, and of the movements of orders with a voided payment, to rollup_invalidations, if the rollups have summed them, and records in future_events what is dated in the future.';

CREATE OR REPLACE TRIGGER rollup_insert AFTER INSERT ON analytics.order_item_voids
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_bills();
CREATE OR REPLACE TRIGGER rollup_update AFTER UPDATE ON analytics.order_item_voids
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_bills();
CREATE OR REPLACE TRIGGER rollup_delete AFTER DELETE ON analytics.order_item_voids
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_bills();
CREATE OR REPLACE TRIGGER rollup_truncate AFTER TRUNCATE ON analytics.order_item_voids
    FOR EACH STATEMENT EXECUTE FUNCTION analytics.empty_rollups();

CREATE OR REPLACE TRIGGER rollup_insert AFTER INSERT ON analytics.payment_voids
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_bills();
CREATE OR REPLACE TRIGGER rollup_update AFTER UPDATE ON analytics.payment_voids
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_bills();
CREATE OR REPLACE TRIGGER rollup_delete AFTER DELETE ON analytics.payment_voids
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_bills();
CREATE OR REPLACE TRIGGER rollup_truncate AFTER TRUNCATE ON analytics.payment_voids
    FOR EACH STATEMENT EXECUTE FUNCTION analytics.empty_rollups();

CREATE OR REPLACE TRIGGER rollup_insert AFTER INSERT ON analytics.order_discounts
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_bills();
CREATE OR REPLACE TRIGGER rollup_update AFTER UPDATE ON analytics.order_discounts
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_bills();
CREATE OR REPLACE TRIGGER rollup_delete AFTER DELETE ON analytics.order_discounts
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_bills();
CREATE OR REPLACE TRIGGER rollup_truncate AFTER TRUNCATE ON analytics.order_discounts
    FOR EACH STATEMENT EXECUTE FUNCTION analytics.empty_rollups();

CREATE OR REPLACE TRIGGER rollup_insert AFTER INSERT ON analytics.service_charges
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_bills();
CREATE OR REPLACE TRIGGER rollup_update AFTER UPDATE ON analytics.service_charges
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_bills();
CREATE OR REPLACE TRIGGER rollup_delete AFTER DELETE ON analytics.service_charges
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_bills();
CREATE OR REPLACE TRIGGER rollup_truncate AFTER TRUNCATE ON analytics.service_charges
    FOR EACH STATEMENT EXECUTE FUNCTION analytics.empty_rollups();
