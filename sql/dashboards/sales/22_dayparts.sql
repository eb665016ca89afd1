-- title: Revenue by daypart
-- chart: row
-- unit: money
-- x: daypart
-- y: revenue
-- series: currency
-- day: analytics.daypart_sales.day
-- restaurant: analytics.daypart_sales.location_code
-- currency: analytics.daypart_sales.currency
-- description: The paid orders of the 28 business days up to the newest order, or of the chosen days, in the time
--   zones of the restaurants.
SELECT
    daypart,
    currency,
    round(sum(total_revenue), analytics.decimals(currency)) AS revenue,
    sum(order_count)::bigint AS orders
FROM analytics.daypart_sales
WHERE (
    day > (SELECT analytics.newest_business_date()) - 28
    -- Both ends, so that the planner expects a few days.
    AND day <= (SELECT analytics.newest_business_date())
    -- A chosen day replaces this time span.
    [[OR true) AND ({{day}}]]
)
    [[AND {{restaurant}}]]
    [[AND {{currency}}]]
GROUP BY daypart, currency
ORDER BY array_position(ARRAY['breakfast', 'lunch', 'dinner', 'late'], daypart), currency;
