-- title: Average order, last 24 hours
-- chart: scalar
-- unit: money
-- y: avg_order_value
-- restaurant: analytics.hourly_sales.location_code
-- service: analytics.hourly_sales.service_type
-- description: Mean total of the paid orders, to the cent; unknown when none is paid.
SELECT
    round(sum(total) / nullif(sum(order_count - unpaid_orders), 0), 2) AS avg_order_value,
    coalesce(sum(order_count - unpaid_orders), 0)::bigint AS paid_orders
FROM analytics.hourly_sales
WHERE hour > (SELECT date_trunc('hour', analytics.newest_moment(), 'UTC')) - interval '24 hours'
    -- Both ends, so that the planner expects a short time span.
    AND hour <= (SELECT analytics.newest_moment())
    [[AND {{restaurant}}]]
    [[AND {{service}}]];
