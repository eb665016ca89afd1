-- title: Revenue by category
-- chart: row
-- unit: money
-- x: category
-- y: revenue
-- series: currency
-- formats: net_sales money
-- description: The ten categories with the most revenue, over all time, from lines of known price. Lines without a
--   category are shown as unknown.
SELECT
    category,
    currency,
    round(sum(total_revenue), analytics.decimals(currency)) AS revenue,
    round(sum(net_sales), analytics.decimals(currency)) AS net_sales,
    sum(times_ordered)::bigint AS lines,
    sum(unpriced_items)::bigint AS unpriced_lines
FROM analytics.menu_performance
GROUP BY category, currency
ORDER BY sum(sum(times_ordered)) OVER (PARTITION BY currency) DESC, currency, revenue DESC NULLS LAST, category
LIMIT 10;
