-- title: Sales by day
-- chart: line
-- unit: money
-- x: day
-- y: net_sales, gross_sales
-- series: currency
-- formats: revenue money
-- width: full
-- tab: Time
-- day: analytics.daily_sales.day
-- restaurant: analytics.daily_sales.location_code
-- currency: analytics.daily_sales.currency
-- description: Net sales are gross sales, the lines at menu price, less discounts, comps and the tax in the prices; neither
--   needs a payment. Revenue is the total of the paid orders. The 28 business days up to the newest order, or the chosen days.
SELECT
    day,
    currency,
    round(sum(net_sales), analytics.decimals(currency)) AS net_sales,
    round(sum(gross_sales), analytics.decimals(currency)) AS gross_sales,
    round(sum(total_revenue), analytics.decimals(currency)) AS revenue,
    sum(order_count)::bigint AS orders,
    sum(unpaid_orders)::bigint AS unpaid_orders
FROM analytics.daily_sales
WHERE (
    day > (SELECT analytics.newest_business_date()) - 28
    -- Both ends, so that the planner expects a few days.
    AND day <= (SELECT analytics.newest_business_date())
    -- A chosen day replaces this time span.
    [[OR true) AND ({{day}}]]
)
    [[AND {{restaurant}}]]
    [[AND {{currency}}]]
GROUP BY day, currency
ORDER BY day, currency;
