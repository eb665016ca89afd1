-- title: Orders, last 24 hours
-- chart: scalar
-- unit: count
-- y: orders
-- restaurant: analytics.hourly_sales.location_code
-- service: analytics.hourly_sales.service_type
-- description: Orders in the 24 full hours (UTC) up to the newest order, without cancelled ones.
SELECT
    coalesce(sum(order_count), 0)::bigint AS orders,
    coalesce(sum(cancelled_orders), 0)::bigint AS cancelled_orders
FROM analytics.hourly_sales
WHERE hour > (SELECT date_trunc('hour', analytics.newest_moment(), 'UTC')) - interval '24 hours'
    -- Both ends, so that the planner expects a short time span.
    AND hour <= (SELECT analytics.newest_moment())
    [[AND {{restaurant}}]]
    [[AND {{service}}]];
