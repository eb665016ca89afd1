-- title: Sales by service
-- chart: row
-- unit: money
-- x: service_type
-- y: net_sales
-- series: currency
-- formats: gross_sales money
-- tab: Breakdown
-- day: analytics.daily_sales.day
-- restaurant: analytics.daily_sales.location_code
-- service: analytics.hourly_sales.service_type
-- currency: analytics.hourly_sales.currency
-- description: Net sales by service type. The 28 business days up to the newest order, or the chosen days. An hour that a
--   close-out divides belongs to the business day in which it begins.
WITH days AS MATERIALIZED (
    SELECT day, location_code
    FROM analytics.daily_sales
    WHERE (
        day > (SELECT analytics.newest_business_date()) - 28
        -- Both ends, so that the planner expects a few days.
        AND day <= (SELECT analytics.newest_business_date())
        -- A chosen day replaces this time span.
        [[OR true) AND ({{day}}]]
    )
        [[AND {{restaurant}}]]
    GROUP BY day, location_code
),
hours AS (
    SELECT hour, location_code, service_type, currency, net_sales, gross_sales, order_count
    FROM analytics.hourly_sales
    -- Wide enough for every time zone; the business days are compared below.
    WHERE hour >= ((SELECT min(day) FROM days) - 1)::timestamp AT TIME ZONE 'UTC'
        AND hour < ((SELECT max(day) FROM days) + 3)::timestamp AT TIME ZONE 'UTC'
        [[AND {{service}}]]
        [[AND {{currency}}]]
),
placed AS MATERIALIZED (
    SELECT h.*, analytics.business_date(h.hour, l.time_zone, l.close_out) AS day
    FROM hours AS h
    LEFT JOIN analytics.locations AS l ON l.location_code = h.location_code
)
SELECT
    h.service_type,
    h.currency,
    round(sum(h.net_sales), analytics.decimals(h.currency)) AS net_sales,
    round(sum(h.gross_sales), analytics.decimals(h.currency)) AS gross_sales,
    sum(h.order_count)::bigint AS orders
FROM placed AS h
JOIN days AS d ON d.location_code = h.location_code AND d.day = h.day
GROUP BY h.service_type, h.currency
ORDER BY sum(sum(h.order_count)) OVER (PARTITION BY h.service_type) DESC, h.service_type, h.currency;
