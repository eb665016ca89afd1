-- title: Items of the menu
-- chart: table
-- formats: avg_unit_price money, revenue money, net_sales money
-- currency: analytics.menu_performance.currency
-- description: What was sold of each item, over all time: lines, units, the mean of the known prices, revenue at menu price,
--   and net sales after discounts, comps and the tax in the prices. The hundred items with the most units.
SELECT
    item_name,
    category,
    currency,
    times_ordered AS lines,
    total_quantity_sold AS units,
    avg_unit_price,
    round(total_revenue, analytics.decimals(currency)) AS revenue,
    round(net_sales, analytics.decimals(currency)) AS net_sales,
    unpriced_items AS unpriced_lines
FROM analytics.menu_performance
WHERE true
    [[AND {{currency}}]]
ORDER BY sum(times_ordered) OVER (PARTITION BY currency) DESC, currency, units DESC, item_name, category
LIMIT 100;
