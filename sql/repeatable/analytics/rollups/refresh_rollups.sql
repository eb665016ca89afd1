CREATE OR REPLACE FUNCTION analytics.refresh_rollups()
RETURNS timestamptz
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '2s' -- the writers queue behind a session that waits for a lock
AS $$
DECLARE
    upto timestamptz;
BEGIN
    IF current_setting('transaction_isolation') NOT IN ('repeatable read', 'serializable') THEN
        RAISE EXCEPTION 'refresh_rollups() needs one snapshot for all that it reads'
            USING HINT = 'Begin with: BEGIN ISOLATION LEVEL REPEATABLE READ';
    END IF;
    -- Not only in open_refresh(), because the watermark moves here.
    PERFORM analytics.publication_gate();
    -- No hour is summed before it has ended, whatever open_refresh() was given: the clock moves without an invalidation.
    SELECT greatest(w.closed_before, least(w.logged_before, date_trunc('hour', analytics.present(), 'UTC')))
    INTO STRICT upto
    FROM analytics.rollup_watermark AS w;

    -- What data quality blocks stays as it was published; its hours stay invalid, so that the views read them from the tables.
    DELETE FROM analytics.rollup_held_hours;
    IF EXISTS (SELECT FROM analytics.data_quality_blocking) THEN
        INSERT INTO analytics.rollup_held_hours (rollup, hour, location_code)
        SELECT h.* FROM analytics.held_hours(upto) AS h;
    END IF;

    PERFORM analytics.rollup_apply_sales(upto);
    PERFORM analytics.rollup_apply_bills(upto);
    PERFORM analytics.rollup_apply_payments(upto);
    PERFORM analytics.rollup_apply_menu(upto);
    PERFORM analytics.rollup_apply_feedback(upto);
    PERFORM analytics.rollup_apply_cash(upto);
    PERFORM analytics.rollup_apply_movements(upto);
    -- Those that this snapshot sees. What is logged during this refresh is left to the next one.
    DELETE FROM analytics.rollup_invalidations WHERE hour < upto;
    INSERT INTO analytics.rollup_invalidations (rollup, hour, location_code)
    SELECT h.rollup, h.hour, h.location_code FROM analytics.rollup_held_hours AS h;
    PERFORM analytics.invalidate_future(upto);
    UPDATE analytics.rollup_watermark SET closed_before = upto, refreshed_at = clock_timestamp();
    RETURN upto;
END
$$;

COMMENT ON FUNCTION analytics.refresh_rollups() IS
    'The second half of a refresh, in one REPEATABLE READ transaction: adds the rollup deltas to the rollups, except those of held_hours(), deletes the invalidations that this has processed, and moves the watermark. Writers continue meanwhile. Of two refreshes at once, one fails with a serialization error. An error while publication_gate() raises one.';
