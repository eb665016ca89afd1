CREATE OR REPLACE FUNCTION analytics.refresh_rollups()
RETURNS timestamptz
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '2s' -- whoever waits for a lock makes the writers wait behind it
AS $$
DECLARE
    upto timestamptz;
BEGIN
    IF current_setting('transaction_isolation') NOT IN ('repeatable read', 'serializable') THEN
        RAISE EXCEPTION 'refresh_rollups() needs one snapshot for all that it reads'
            USING HINT = 'Begin with: BEGIN ISOLATION LEVEL REPEATABLE READ';
    END IF;
    -- Here and not only in open_refresh(): this is what moves the watermark.
    PERFORM analytics.publication_gate();
    SELECT w.logged_before INTO STRICT upto FROM analytics.rollup_watermark AS w;

    PERFORM analytics.rollup_apply_sales(upto);
    PERFORM analytics.rollup_apply_payments(upto);
    PERFORM analytics.rollup_apply_menu(upto);
    PERFORM analytics.rollup_apply_feedback(upto);
    PERFORM analytics.rollup_apply_cash(upto);
    -- Those that this snapshot sees. What is logged meanwhile stays for the next refresh.
    DELETE FROM analytics.rollup_invalidations WHERE hour < upto;
    UPDATE analytics.rollup_watermark SET closed_before = upto, refreshed_at = clock_timestamp();
    RETURN upto;
END
$$;

COMMENT ON FUNCTION analytics.refresh_rollups() IS
    'The second half of a refresh, in one REPEATABLE READ transaction: adds the corrections to the rollups, forgets the invalidations that they settle, and moves the watermark. Writers go on meanwhile. Of two at once, one fails with a serialization error. An error while publication_gate() is shut.';
