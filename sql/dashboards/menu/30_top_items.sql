-- title: Most ordered items
-- chart: row
-- unit: count
-- x: item_name
-- y: units
-- formats: revenue money
-- description: The ten items with the most units sold, over all time. Some tills write NONE where no item was
--   recorded.
SELECT
    item_name,
    sum(total_quantity_sold) AS units,
    round(sum(total_revenue), 2) AS revenue,
    sum(unpriced_items)::bigint AS unpriced_lines
FROM analytics.menu_performance
GROUP BY item_name
ORDER BY units DESC, item_name
LIMIT 10;
