CREATE OR REPLACE FUNCTION analytics.reset_rollups()
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE analytics.rollup_watermark SET logged_before = '-infinity', closed_before = '-infinity';
    DELETE FROM analytics.rollup_invalidations;
    DELETE FROM analytics.rollup_sales_hours;
    DELETE FROM analytics.rollup_sales_days;
    DELETE FROM analytics.rollup_sales;
    DELETE FROM analytics.rollup_payment_hours;
    DELETE FROM analytics.rollup_payment_days;
    DELETE FROM analytics.rollup_menu_hours;
    DELETE FROM analytics.rollup_menu;
    DELETE FROM analytics.rollup_feedback_hours;
    DELETE FROM analytics.rollup_feedback_days;
    DELETE FROM analytics.rollup_cash_hours;
    DELETE FROM analytics.rollup_movement_hours;
    DELETE FROM analytics.rollup_movement_days;
END
$$;

COMMENT ON FUNCTION analytics.reset_rollups() IS
    'Empties the rollups. Until the next refresh the views read all rows of the tables.';
