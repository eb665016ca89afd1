-- title: Net sales, last 24 hours
-- chart: scalar
-- unit: money
-- y: net_sales
-- restaurant: analytics.hourly_sales.location_code
-- service: analytics.hourly_sales.service_type
-- description: The lines at menu price less discounts, comps and the tax in the prices, paid or not. Without voided lines
--   and gift cards. Unknown while no line of known price has come.
SELECT
    round(sum(net_sales), 2) AS net_sales,
    round(sum(gross_sales), 2) AS gross_sales,
    round(sum(discounts), 2) AS discounts,
    round(sum(comps), 2) AS comps,
    round(sum(voids), 2) AS voids,
    sum(guests)::bigint AS guests
FROM analytics.hourly_sales
WHERE hour > (SELECT date_trunc('hour', analytics.newest_moment(), 'UTC')) - interval '24 hours'
    -- Both ends, so that the planner expects a short time span.
    AND hour <= (SELECT analytics.newest_moment())
    [[AND {{restaurant}}]]
    [[AND {{service}}]];
