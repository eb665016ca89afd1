-- title: Orders by minute
-- chart: bar
-- unit: count
-- x: window_start
-- y: orders
-- series: currency
-- formats: revenue money
-- restaurant: analytics.sales_per_minute.location_code
-- description: Orders in the 60 minutes up to the newest order, without cancelled ones. A final minute has all orders
--   that came in time. Late events came after that and changed its figures.
SELECT
    window_start,
    currency,
    sum(order_count)::bigint AS orders,
    round(sum(total_revenue), analytics.decimals(currency)) AS revenue,
    bool_and(is_final) AS final,
    sum(late_events)::bigint AS late_events
FROM analytics.sales_per_minute
WHERE window_start > (SELECT analytics.newest_moment()) - interval '60 minutes'
    -- Both ends, so that the planner expects a short time span.
    AND window_start <= (SELECT analytics.newest_moment())
    [[AND {{restaurant}}]]
GROUP BY window_start, currency
ORDER BY window_start, currency;
