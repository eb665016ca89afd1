-- title: Orders by minute
-- chart: bar
-- unit: count
-- x: window_start
-- y: orders
-- description: Orders that were not cancelled, in the 60 minutes up to the newest order. Final minutes have all that came
--   in time; late_events came after that and restated them.
SELECT
    window_start,
    sum(order_count)::bigint AS orders,
    round(sum(total_revenue), 2) AS revenue,
    bool_and(is_final) AS final,
    sum(late_events)::bigint AS late_events
FROM analytics.sales_per_minute
WHERE window_start > (SELECT max(order_ts) FROM analytics.orders) - interval '60 minutes'
    -- Both ends, so that the planner knows it for a short time.
    AND window_start <= (SELECT max(order_ts) FROM analytics.orders)
GROUP BY window_start
ORDER BY window_start;
