-- title: Restaurants
-- chart: table
-- tab: Comparison
-- formats: net_sales money, revenue money, avg_order_value money, tips money, refunds money
-- day: analytics.daily_sales.day
-- restaurant: analytics.daily_sales.location_code
-- description: The seven business days up to the newest order, or the chosen days. Net sales are those of all orders, the
--   other money is that of paid orders, refunds not deducted.
SELECT
    location_code,
    currency,
    sum(order_count)::bigint AS orders,
    round(sum(net_sales), analytics.decimals(currency)) AS net_sales,
    round(sum(total_revenue), analytics.decimals(currency)) AS revenue,
    round(sum(total_revenue) / nullif(sum(order_count - unpaid_orders), 0), analytics.decimals(currency)) AS avg_order_value,
    round(sum(total_tips), analytics.decimals(currency)) AS tips,
    round(coalesce(sum(total_refunds), 0), analytics.decimals(currency)) AS refunds,
    sum(unpaid_orders)::bigint AS unpaid_orders,
    sum(cancelled_orders)::bigint AS cancelled_orders
FROM analytics.daily_sales
WHERE (
    day > (SELECT analytics.newest_business_date()) - 7
    -- Both ends, so that the planner expects a few days.
    AND day <= (SELECT analytics.newest_business_date())
    -- A chosen day replaces this time span.
    [[OR true) AND ({{day}}]]
)
    [[AND {{restaurant}}]]
GROUP BY location_code, currency
ORDER BY sum(sum(order_count)) OVER (PARTITION BY currency) DESC, currency, revenue DESC NULLS LAST, location_code
LIMIT 50;
