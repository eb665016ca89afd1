-- title: Restaurants
-- chart: table
-- tab: Comparison
-- formats: revenue money, avg_order_value money, tips money, refunds money
-- day: analytics.daily_sales.day
-- restaurant: analytics.daily_sales.location_code
-- description: The seven business days up to the newest order, or the chosen days. Money is that of paid orders,
--   refunds not deducted.
SELECT
    location_code,
    sum(order_count)::bigint AS orders,
    round(sum(total_revenue), 2) AS revenue,
    round(sum(total_revenue) / nullif(sum(order_count - unpaid_orders), 0), 2) AS avg_order_value,
    round(sum(total_tips), 2) AS tips,
    round(coalesce(sum(total_refunds), 0), 2) AS refunds,
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
GROUP BY location_code
ORDER BY revenue DESC NULLS LAST, location_code
LIMIT 50;
