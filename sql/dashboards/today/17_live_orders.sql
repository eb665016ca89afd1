-- title: Orders by status
-- chart: row
-- unit: count
-- x: status
-- y: orders
-- tab: Comparison
-- restaurant: analytics.order_status_distribution.location_code
-- description: The present status of all orders. Those that have kept it for long are in analytics.stuck_orders.
SELECT status, sum(orders)::bigint AS orders
FROM analytics.order_status_distribution
WHERE true
    [[AND {{restaurant}}]]
GROUP BY status
ORDER BY array_position(ARRAY['pending', 'preparing', 'ready', 'completed', 'cancelled'], status);
