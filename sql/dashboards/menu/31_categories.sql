-- title: Revenue by category
-- chart: row
-- unit: money
-- x: category
-- y: revenue
-- description: The ten greatest by the lines whose price is known, over all time. Lines whose category the producer
--   does not say are under unknown.
SELECT
    category,
    round(sum(total_revenue), 2) AS revenue,
    sum(times_ordered)::bigint AS lines,
    sum(unpriced_items)::bigint AS unpriced_lines
FROM analytics.menu_performance
GROUP BY category
ORDER BY revenue DESC NULLS LAST, category
LIMIT 10;
