CREATE OR REPLACE FUNCTION analytics.trg_invalidate_feedback()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mark timestamptz;
BEGIN
    -- The lock lasts until the transaction ends, so that no refresh moves the watermark meanwhile.
    SELECT w.logged_before INTO STRICT mark FROM analytics.rollup_watermark AS w FOR SHARE;
    IF mark = '-infinity' THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO analytics.rollup_invalidations (rollup, hour)
        SELECT DISTINCT 'feedback', date_trunc('hour', r.created_ts, 'UTC')
        FROM new_rows AS r
        WHERE r.created_ts < mark;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO analytics.rollup_invalidations (rollup, hour)
        SELECT DISTINCT 'feedback', date_trunc('hour', r.created_ts, 'UTC')
        FROM old_rows AS r
        WHERE r.created_ts < mark;
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION analytics.trg_invalidate_feedback() IS
    'Trigger function: writes the hours of changed feedback to rollup_invalidations, if the rollups have summed them.';

CREATE OR REPLACE TRIGGER rollup_insert AFTER INSERT ON analytics.feedback
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_feedback();
CREATE OR REPLACE TRIGGER rollup_update AFTER UPDATE ON analytics.feedback
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_feedback();
CREATE OR REPLACE TRIGGER rollup_delete AFTER DELETE ON analytics.feedback
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.trg_invalidate_feedback();
CREATE OR REPLACE TRIGGER rollup_truncate AFTER TRUNCATE ON analytics.feedback
    FOR EACH STATEMENT EXECUTE FUNCTION analytics.empty_rollups();
