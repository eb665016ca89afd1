-- title: Live orders
-- chart: row
-- unit: count
-- x: status
-- y: orders
-- formats: longest duration
-- restaurant: analytics.stuck_orders.location_code
-- description: Orders that are open now, by status, without abandoned ones; how many of them have kept their status for too
--   long, and the longest time of one. analytics.thresholds says from when on an order is stuck or abandoned.
WITH open_orders AS (
    SELECT
        status,
        sum(open_orders - abandoned_orders)::bigint AS orders,
        sum(stuck_orders)::bigint AS stuck_orders,
        sum(abandoned_orders)::bigint AS abandoned_orders,
        max(longest_seconds) AS longest
    FROM analytics.stuck_orders
    WHERE true
        [[AND {{restaurant}}]]
    GROUP BY status
)
SELECT
    s.status,
    coalesce(o.orders, 0) AS orders,
    coalesce(o.stuck_orders, 0) AS stuck_orders,
    coalesce(o.abandoned_orders, 0) AS abandoned_orders,
    o.longest
FROM (VALUES (1, 'pending'), (2, 'preparing'), (3, 'ready')) AS s (place, status)
LEFT JOIN open_orders AS o ON o.status = s.status
ORDER BY s.place;
