-- title: Sales by hour, today and last week
-- chart: line
-- unit: money
-- x: hour
-- y: net_sales, net_sales_last_week
-- series: currency
-- restaurant: analytics.hourly_sales.location_code
-- service: analytics.hourly_sales.service_type
-- currency: analytics.hourly_sales.currency
-- description: Net sales of each hour of the business day so far, and of all hours of the same weekday last week. An hour
--   that a close-out divides belongs to the business day in which it begins.
WITH clock AS MATERIALIZED (
    SELECT analytics.moment_of_today() AS now
),
hours AS (
    SELECT hour, location_code, currency, order_count, net_sales
    FROM analytics.hourly_sales
    WHERE (
        (hour > (SELECT now FROM clock) - interval '28 hours' AND hour <= (SELECT now FROM clock))
        OR (
            hour > (SELECT now FROM clock) - interval '7 days 28 hours'
            AND hour <= (SELECT now FROM clock) - interval '7 days -28 hours'
        )
    )
        [[AND {{restaurant}}]]
        [[AND {{service}}]]
        [[AND {{currency}}]]
),
placed AS (
    SELECT
        d.days_ago,
        -- The same hour by the clock of the restaurant, moved to today.
        ((h.hour AT TIME ZONE coalesce(l.time_zone, 'UTC')) + d.days_ago * interval '1 day')
            AT TIME ZONE coalesce(l.time_zone, 'UTC') AS hour,
        h.currency,
        h.order_count,
        h.net_sales
    FROM hours AS h
    LEFT JOIN analytics.locations AS l ON l.location_code = h.location_code
    CROSS JOIN LATERAL (
        SELECT
            analytics.business_date((SELECT now FROM clock), l.time_zone, l.close_out)
            - analytics.business_date(h.hour, l.time_zone, l.close_out) AS days_ago
    ) AS d
    WHERE d.days_ago IN (0, 7)
)
SELECT
    hour,
    currency,
    round(sum(net_sales) FILTER (WHERE days_ago = 0), analytics.decimals(currency)) AS net_sales,
    round(sum(net_sales) FILTER (WHERE days_ago = 7), analytics.decimals(currency)) AS net_sales_last_week,
    coalesce(sum(order_count) FILTER (WHERE days_ago = 0), 0)::bigint AS orders,
    coalesce(sum(order_count) FILTER (WHERE days_ago = 7), 0)::bigint AS orders_last_week
FROM placed
GROUP BY hour, currency
ORDER BY hour, currency;
