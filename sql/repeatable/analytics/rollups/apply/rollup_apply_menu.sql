CREATE OR REPLACE FUNCTION analytics.rollup_apply_menu(upto timestamptz)
RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    WITH c AS MATERIALIZED (
        SELECT d.*
        FROM (
            SELECT m.*, 0 AS deductions FROM analytics.rollup_diff_menu(upto) AS m
            UNION ALL
            SELECT d.hour, d.category, d.item_name, 0, 0, 0, 0, 0, 0, d.currency, d.deductions
            FROM analytics.rollup_diff_deductions(upto) AS d
        ) AS d
        WHERE NOT EXISTS (
            SELECT FROM analytics.rollup_held_hours AS h
            WHERE h.rollup = 'menu' AND h.hour = d.hour)
    ), hours AS (
        INSERT INTO analytics.rollup_menu_hours AS r (
            hour, category, item_name, times_ordered, quantity, priced_lines, revenue, unit_priced_lines, unit_prices,
            deductions, currency
        )
        SELECT c.hour, c.category, c.item_name, sum(c.times_ordered), sum(c.quantity), sum(c.priced_lines),
            sum(c.revenue), sum(c.unit_priced_lines), sum(c.unit_prices), sum(c.deductions), c.currency
        FROM c
        GROUP BY c.hour, c.category, c.item_name, c.currency
        ON CONFLICT ON CONSTRAINT rollup_menu_hours_once DO UPDATE SET
            times_ordered = r.times_ordered + excluded.times_ordered,
            quantity = r.quantity + excluded.quantity,
            priced_lines = r.priced_lines + excluded.priced_lines,
            revenue = r.revenue + excluded.revenue,
            unit_priced_lines = r.unit_priced_lines + excluded.unit_priced_lines,
            unit_prices = r.unit_prices + excluded.unit_prices,
            deductions = r.deductions + excluded.deductions
    )
    INSERT INTO analytics.rollup_menu AS r (
        category, item_name, times_ordered, quantity, priced_lines, revenue, unit_priced_lines, unit_prices, deductions,
        currency
    )
    SELECT c.category, c.item_name, sum(c.times_ordered), sum(c.quantity), sum(c.priced_lines),
        sum(c.revenue), sum(c.unit_priced_lines), sum(c.unit_prices), sum(c.deductions), c.currency
    FROM c
    GROUP BY c.category, c.item_name, c.currency
    ON CONFLICT ON CONSTRAINT rollup_menu_once DO UPDATE SET
        times_ordered = r.times_ordered + excluded.times_ordered,
        quantity = r.quantity + excluded.quantity,
        priced_lines = r.priced_lines + excluded.priced_lines,
        revenue = r.revenue + excluded.revenue,
        unit_priced_lines = r.unit_priced_lines + excluded.unit_priced_lines,
        unit_prices = r.unit_prices + excluded.unit_prices,
        deductions = r.deductions + excluded.deductions;
$$;

COMMENT ON FUNCTION analytics.rollup_apply_menu(timestamptz) IS
    'Part of refresh_rollups(): adds rollup_diff_menu() before an instant to the rollups, except held hours.';
