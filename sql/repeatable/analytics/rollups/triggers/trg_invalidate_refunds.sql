CREATE OR REPLACE FUNCTION analytics.trg_invalidate_refunds()
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
        SELECT r.order_id, r.refunded_ts FROM new_rows AS r WHERE r.refunded_ts > analytics.present();
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
        SELECT DISTINCT 'movements', date_trunc('hour', r.refunded_ts, 'UTC')
        FROM new_rows AS r
        WHERE r.refunded_ts < mark;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO analytics.rollup_invalidations (rollup, hour, location_code)
        SELECT DISTINCT 'sales', date_trunc('hour', o.business_ts, 'UTC'), o.location_code
        FROM old_rows AS r
        JOIN analytics.orders AS o ON o.order_id = r.order_id
        WHERE o.business_ts < mark;
        INSERT INTO analytics.rollup_invalidations (rollup, hour)
        SELECT DISTINCT 'movements', date_trunc('hour', r.refunded_ts, 'UTC')
        FROM old_rows AS r
        WHERE r.refunded_ts < mark;
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION analytics.trg_invalidate_refunds() IS
    'Trigger function: writes the hours of the orders of changed refunds, and of the refunds, to rollup_invalidations, if the rollups have summed them, and records in future_events what is dated in the future.';

CREATE OR REPLACE TRIGGER rollup_insert AFTER INSERT ON analytics.refunds
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_refunds();
CREATE OR REPLACE TRIGGER rollup_update AFTER UPDATE ON analytics.refunds
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_refunds();
CREATE OR REPLACE TRIGGER rollup_delete AFTER DELETE ON analytics.refunds
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_refunds();
CREATE OR REPLACE TRIGGER rollup_truncate AFTER TRUNCATE ON analytics.refunds
    FOR EACH STATEMENT EXECUTE FUNCTION analytics.empty_rollups();
