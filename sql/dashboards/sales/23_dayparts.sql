-- title: Revenue by daypart
-- chart: row
-- unit: money
-- x: daypart
-- y: revenue
-- day: analytics.daypart_sales.day
-- restaurant: analytics.daypart_sales.location_code
-- description: The paid orders of the 28 business days up to the newest order, or of the chosen days, in the time
--   zones of the restaurants.
SELECT
    daypart,
    round(sum(total_revenue), 2) AS revenue,
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
GROUP BY daypart
ORDER BY array_position(ARRAY['breakfast', 'lunch', 'dinner', 'late'], daypart);
