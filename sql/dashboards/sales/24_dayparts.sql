-- title: Sales by daypart
-- chart: row
-- unit: money
-- x: daypart
-- y: net_sales
-- series: currency
-- formats: gross_sales money
-- tab: Breakdown
-- day: analytics.daypart_sales.day
-- restaurant: analytics.daypart_sales.location_code
-- currency: analytics.daypart_sales.currency
-- description: Net sales of breakfast, lunch, dinner and late, by the clocks of the restaurants. The 28 business days up to
--   the newest order, or the chosen days.
SELECT
    daypart,
    currency,
    round(sum(net_sales), analytics.decimals(currency)) AS net_sales,
    round(sum(gross_sales), analytics.decimals(currency)) AS gross_sales,
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
