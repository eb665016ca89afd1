-- title: Revenue by daypart, last 28 days
-- chart: row
-- unit: money
-- x: daypart
-- y: revenue
-- description: The 28 business days up to the newest order, by the clocks of the restaurants, over the paid orders.
SELECT
    daypart,
    round(sum(total_revenue), 2) AS revenue,
    sum(order_count)::bigint AS orders
FROM analytics.daypart_sales
WHERE day > (SELECT analytics.newest_business_date()) - 28
    -- Both ends, so that the planner knows it for a few days.
    AND day <= (SELECT analytics.newest_business_date())
GROUP BY daypart
ORDER BY array_position(ARRAY['breakfast', 'lunch', 'dinner', 'late'], daypart);
