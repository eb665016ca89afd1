CREATE OR REPLACE VIEW analytics.menu_performance AS
WITH parts AS (
    SELECT category, item_name, times_ordered, quantity, priced_lines, revenue, unit_priced_lines, unit_prices, deductions, currency
    FROM analytics.rollup_menu
    UNION ALL
    SELECT category, item_name, times_ordered, quantity, priced_lines, revenue, unit_priced_lines, unit_prices, 0, currency
    FROM analytics.rollup_diff_menu()
    UNION ALL
    SELECT category, item_name, 0, 0, 0, 0, 0, 0, deductions, currency
    FROM analytics.rollup_diff_deductions()
)
SELECT
    category,
    item_name,
    sum(times_ordered)::bigint AS times_ordered,
    sum(quantity) AS total_quantity_sold,
    CASE WHEN sum(priced_lines) > 0 THEN sum(revenue) END AS total_revenue,
    round(sum(unit_prices) / nullif(sum(unit_priced_lines), 0), analytics.decimals(currency)) AS avg_unit_price,
    round(sum(revenue) / nullif(sum(priced_lines), 0), analytics.decimals(currency)) AS avg_extended_price,
    (sum(times_ordered) - sum(priced_lines))::bigint AS unpriced_items,
    CASE WHEN sum(priced_lines) > 0 THEN sum(revenue) - sum(deductions) END AS net_sales,
    currency
FROM parts
GROUP BY category, item_name, currency
HAVING sum(times_ordered) > 0;

COMMENT ON VIEW analytics.menu_performance IS
    'Sales of each menu item, over all time. Without lines of cancelled orders, voided lines and gift cards; with lines whose order is not known yet. Items are not renamed: some tills write NONE where no item was recorded, and NONE has a row of its own, which queries may filter out.';
COMMENT ON COLUMN analytics.menu_performance.category IS
    'The category; null, a group of its own, where the producer does not send it.';
COMMENT ON COLUMN analytics.menu_performance.item_name IS 'The item, as the producer names it.';
COMMENT ON COLUMN analytics.menu_performance.times_ordered IS 'Number of order lines.';
COMMENT ON COLUMN analytics.menu_performance.total_quantity_sold IS 'Units sold.';
COMMENT ON COLUMN analytics.menu_performance.total_revenue IS
    'Sum over the lines of known price, at menu price; null when there is none. unpriced_items is the number of the other lines.';
COMMENT ON COLUMN analytics.menu_performance.avg_unit_price IS
    'Mean unit price over the lines that have one, to the cent; null when none has.';
COMMENT ON COLUMN analytics.menu_performance.avg_extended_price IS
    'Mean price of a line over the lines that have one, to the cent; null when none has.';
COMMENT ON COLUMN analytics.menu_performance.unpriced_items IS 'Lines of unknown price, which does not mean free.';
COMMENT ON COLUMN analytics.menu_performance.net_sales IS
    'total_revenue minus discounts, comps and the tax in the prices. What a whole order costs less is divided by the price of its lines. The sum over the items is the net_sales of daily_sales.';
COMMENT ON COLUMN analytics.menu_performance.currency IS 'The currency of its amounts: the one that the lines state, or else that of their orders; the default while the order is not known.';
