-- title: Sales by restaurant
-- chart: table
-- tab: Breakdown
-- formats: net_sales money, gross_sales money, revenue money, avg_order_value money, tips money, refunds money
-- day: analytics.daily_sales.day
-- restaurant: analytics.daily_sales.location_code
-- currency: analytics.daily_sales.currency
-- description: Net and gross sales are those of all orders, the other money is that of paid orders, refunds not deducted.
--   The 28 business days up to the newest order, or the chosen days.
SELECT
    l.name AS restaurant,
    daily_sales.location_code,
    daily_sales.currency,
    sum(order_count)::bigint AS orders,
    round(sum(net_sales), analytics.decimals(daily_sales.currency)) AS net_sales,
    round(sum(gross_sales), analytics.decimals(daily_sales.currency)) AS gross_sales,
    round(sum(total_revenue), analytics.decimals(daily_sales.currency)) AS revenue,
    round(sum(total_revenue) / nullif(sum(order_count - unpaid_orders), 0), analytics.decimals(daily_sales.currency)) AS avg_order_value,
    round(sum(total_tips), analytics.decimals(daily_sales.currency)) AS tips,
    round(coalesce(sum(total_refunds), 0), analytics.decimals(daily_sales.currency)) AS refunds,
    sum(guests)::bigint AS guests,
    sum(unpaid_orders)::bigint AS unpaid_orders,
    sum(cancelled_orders)::bigint AS cancelled_orders
FROM analytics.daily_sales
LEFT JOIN analytics.locations AS l ON l.location_code = daily_sales.location_code
WHERE (
    day > (SELECT analytics.newest_business_date()) - 28
    -- Both ends, so that the planner expects a few days.
    AND day <= (SELECT analytics.newest_business_date())
    -- A chosen day replaces this time span.
    [[OR true) AND ({{day}}]]
)
    [[AND {{restaurant}}]]
    [[AND {{currency}}]]
GROUP BY daily_sales.location_code, l.name, daily_sales.currency
ORDER BY
    sum(sum(order_count)) OVER (PARTITION BY daily_sales.currency) DESC,
    daily_sales.currency,
    net_sales DESC NULLS LAST,
    daily_sales.location_code
LIMIT 50;
