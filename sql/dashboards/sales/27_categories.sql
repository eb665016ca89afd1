-- title: Sales by category
-- chart: row
-- unit: money
-- x: category
-- y: net_sales
-- series: currency
-- formats: revenue money
-- tab: Breakdown
-- description: The ten categories with the most sales, over all time, from lines of known price. Lines without a
--   category are shown as unknown.
SELECT
    category,
    currency,
    round(sum(net_sales), analytics.decimals(currency)) AS net_sales,
    round(sum(total_revenue), analytics.decimals(currency)) AS revenue,
    sum(times_ordered)::bigint AS lines,
    sum(unpriced_items)::bigint AS unpriced_lines
FROM analytics.menu_performance
GROUP BY category, currency
ORDER BY sum(sum(times_ordered)) OVER (PARTITION BY currency) DESC, currency, net_sales DESC NULLS LAST, category
LIMIT 10;
