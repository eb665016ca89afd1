-- title: Revenue, last 24 hours
-- chart: scalar
-- unit: money
-- y: revenue
-- restaurant: analytics.hourly_sales.location_code
-- service: analytics.hourly_sales.service_type
-- description: The total of the paid orders, tax and tip included, refunds not deducted. Unpaid orders are counted in
--   their own column. Unknown when none is paid.
SELECT
    round(sum(total), 2) AS revenue,
    coalesce(sum(unpaid_orders), 0)::bigint AS unpaid_orders
FROM analytics.hourly_sales
WHERE hour > (SELECT date_trunc('hour', analytics.newest_moment(), 'UTC')) - interval '24 hours'
    -- Both ends, so that the planner expects a short time span.
    AND hour <= (SELECT analytics.newest_moment())
    [[AND {{restaurant}}]]
    [[AND {{service}}]];
