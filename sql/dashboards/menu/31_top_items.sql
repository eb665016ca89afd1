-- title: Most ordered items
-- chart: row
-- unit: count
-- x: item_name
-- y: units
-- series: currency
-- formats: revenue money, net_sales money
-- description: The ten items with the most units sold, over all time. Some tills write NONE where no item was
--   recorded.
SELECT
    item_name,
    currency,
    sum(total_quantity_sold) AS units,
    round(sum(total_revenue), analytics.decimals(currency)) AS revenue,
    round(sum(net_sales), analytics.decimals(currency)) AS net_sales,
    sum(unpriced_items)::bigint AS unpriced_lines
FROM analytics.menu_performance
GROUP BY item_name, currency
ORDER BY units DESC, item_name, currency
LIMIT 10;
