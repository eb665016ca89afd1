-- title: Busiest hours of the week
-- chart: heatmap
-- unit: count
-- x: hour_of_day
-- y: weekday, orders_per_day
-- formats: hour_of_day hour, weekday weekday
-- width: full
-- tab: Time
-- day: analytics.daily_sales.day
-- restaurant: analytics.daily_sales.location_code
-- service: analytics.hourly_sales.service_type
-- description: Orders in an hour of a weekday, without cancelled ones, per business day of trade, by the clocks of the
--   restaurants. Weekday 1 is Monday. The 56 business days up to the newest order, or the chosen days.
WITH days AS MATERIALIZED (
    SELECT day, location_code
    FROM analytics.daily_sales
    WHERE (
        day > (SELECT analytics.newest_business_date()) - 56
        -- Both ends, so that the planner expects a few days.
        AND day <= (SELECT analytics.newest_business_date())
        -- A chosen day replaces this time span.
        [[OR true) AND ({{day}}]]
    )
        [[AND {{restaurant}}]]
    GROUP BY day, location_code
),
hours AS (
    SELECT hour, location_code, order_count
    FROM analytics.hourly_sales
    -- Wide enough for every time zone; the business days are compared below.
    WHERE hour >= ((SELECT min(day) FROM days) - 1)::timestamp AT TIME ZONE 'UTC'
        AND hour < ((SELECT max(day) FROM days) + 3)::timestamp AT TIME ZONE 'UTC'
        [[AND {{service}}]]
),
placed AS MATERIALIZED (
    SELECT
        h.location_code,
        h.order_count,
        analytics.business_date(h.hour, l.time_zone, l.close_out) AS day,
        extract(hour FROM h.hour AT TIME ZONE coalesce(l.time_zone, 'UTC'))::integer AS hour_of_day
    FROM hours AS h
    LEFT JOIN analytics.locations AS l ON l.location_code = h.location_code
),
weekdays AS (
    SELECT extract(isodow FROM day)::integer AS weekday, count(DISTINCT day) AS days
    FROM days
    GROUP BY extract(isodow FROM day)::integer
)
SELECT
    w.weekday,
    h.hour_of_day,
    round(sum(h.order_count) / w.days, 2) AS orders_per_day
FROM placed AS h
JOIN days AS d ON d.location_code = h.location_code AND d.day = h.day
JOIN weekdays AS w ON w.weekday = extract(isodow FROM d.day)::integer
GROUP BY w.weekday, w.days, h.hour_of_day
HAVING sum(h.order_count) > 0
ORDER BY w.weekday, h.hour_of_day;
