CREATE OR REPLACE VIEW analytics.menu_performance AS
WITH parts AS (
    SELECT category, item_name, times_ordered, quantity, priced_lines, revenue, unit_priced_lines, unit_prices
    FROM analytics.rollup_menu
    UNION ALL
    SELECT category, item_name, times_ordered, quantity, priced_lines, revenue, unit_priced_lines, unit_prices
    FROM analytics.rollup_delta_menu()
)
SELECT
    category,
    item_name,
    sum(times_ordered)::bigint AS times_ordered,
    sum(quantity) AS total_quantity_sold,
    CASE WHEN sum(priced_lines) > 0 THEN sum(revenue) END AS total_revenue,
    round(sum(unit_prices) / nullif(sum(unit_priced_lines), 0), 2) AS avg_unit_price,
    round(sum(revenue) / nullif(sum(priced_lines), 0), 2) AS avg_extended_price,
    (sum(times_ordered) - sum(priced_lines))::bigint AS unpriced_items
FROM parts
GROUP BY category, item_name
HAVING sum(times_ordered) > 0;

COMMENT ON VIEW analytics.menu_performance IS
    'What sells, over all time: one row an item of the menu. Lines of cancelled orders are left out; lines whose order is not known yet are in. Nothing is renamed: an item called NONE is what some tills write where no item was recorded, and it stays a row of its own, to be filtered by whoever does not want it.';
COMMENT ON COLUMN analytics.menu_performance.category IS 'The category; null where the producer does not say it, a group of its own.';
COMMENT ON COLUMN analytics.menu_performance.item_name IS 'The item, as the producer names it.';
COMMENT ON COLUMN analytics.menu_performance.times_ordered IS 'Order lines.';
COMMENT ON COLUMN analytics.menu_performance.total_quantity_sold IS 'Units.';
COMMENT ON COLUMN analytics.menu_performance.total_revenue IS
    'Sum of the lines whose price is known; null when none is. unpriced_items says how many lines it leaves out.';
COMMENT ON COLUMN analytics.menu_performance.avg_unit_price IS 'Mean price of one over the lines that know it, to the cent; null when none does.';
COMMENT ON COLUMN analytics.menu_performance.avg_extended_price IS 'Mean price of a line over those that know it, to the cent; null when none does.';
COMMENT ON COLUMN analytics.menu_performance.unpriced_items IS 'Lines whose price is unknown, which is not the same as free.';
