CREATE OR REPLACE FUNCTION analytics.trg_record_future()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO analytics.future_events (order_id, until)
    SELECT r.order_id, r.changed_ts FROM new_rows AS r WHERE r.changed_ts > analytics.present();
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION analytics.trg_record_future() IS
    'Trigger function: records in future_events the status changes that are dated in the future.';

CREATE OR REPLACE TRIGGER rollup_insert AFTER INSERT ON analytics.order_status_history
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_record_future();
CREATE OR REPLACE TRIGGER rollup_update AFTER UPDATE ON analytics.order_status_history
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_record_future();
