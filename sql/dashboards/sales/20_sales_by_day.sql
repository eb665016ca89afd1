-- title: Revenue by day
-- chart: line
-- unit: money
-- x: day
-- y: revenue
-- series: currency
-- formats: net_sales money
-- day: analytics.daily_sales.day
-- restaurant: analytics.daily_sales.location_code
-- currency: analytics.daily_sales.currency
-- description: The paid orders of the 30 business days up to the newest order, or of the chosen days. A day without a
--   paid order has no point: its revenue is unknown, not zero. Net sales need no payment.
SELECT
    day,
    currency,
    round(sum(total_revenue), analytics.decimals(currency)) AS revenue,
    round(sum(net_sales), analytics.decimals(currency)) AS net_sales,
    sum(order_count)::bigint AS orders,
    sum(unpaid_orders)::bigint AS unpaid_orders
FROM analytics.daily_sales
WHERE (
    day > (SELECT analytics.newest_business_date()) - 30
    -- Both ends, so that the planner expects a few days.
    AND day <= (SELECT analytics.newest_business_date())
    -- A chosen day replaces this time span.
    [[OR true) AND ({{day}}]]
)
    [[AND {{restaurant}}]]
    [[AND {{currency}}]]
GROUP BY day, currency
ORDER BY day, currency;
