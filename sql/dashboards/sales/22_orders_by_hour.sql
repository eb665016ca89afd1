-- title: Orders by hour
-- chart: bar
-- unit: count
-- x: hour
-- y: orders
-- series: service_type
-- tab: Time
-- day: analytics.hourly_sales.hour
-- restaurant: analytics.hourly_sales.location_code
-- service: analytics.hourly_sales.service_type
-- description: Orders by service type in the 48 hours (UTC) up to the newest order, without cancelled ones; or on the
--   chosen days (UTC).
SELECT
    hour,
    service_type,
    sum(order_count)::bigint AS orders
FROM analytics.hourly_sales
WHERE (
    hour > (SELECT date_trunc('hour', analytics.newest_moment(), 'UTC')) - interval '48 hours'
    -- Both ends, so that the planner expects a short time span.
    AND hour <= (SELECT analytics.newest_moment())
    -- A chosen day replaces this time span.
    [[OR true) AND ({{day}}]]
)
    [[AND {{restaurant}}]]
    [[AND {{service}}]]
GROUP BY hour, service_type
ORDER BY hour, service_type;
