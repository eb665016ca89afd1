-- title: Revenue by category
-- chart: row
-- unit: money
-- x: category
-- y: revenue
-- description: The ten categories with the most revenue, over all time, from lines of known price. Lines without a
--   category are shown as unknown.
SELECT
    category,
    round(sum(total_revenue), 2) AS revenue,
    sum(times_ordered)::bigint AS lines,
    sum(unpriced_items)::bigint AS unpriced_lines
FROM analytics.menu_performance
GROUP BY category
ORDER BY revenue DESC NULLS LAST, category
LIMIT 10;
