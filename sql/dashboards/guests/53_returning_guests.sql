-- title: Returning guests
-- chart: line
-- unit: percent
-- x: day
-- y: returning_share
-- day: analytics.daily_sales.day
-- restaurant: analytics.daily_sales.location_code
-- description: Of the orders whose guest is known, the share of those by guests who ordered before, at any time and in any
--   restaurant. Without cancelled orders. The 28 business days up to the newest order, or the chosen days.
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
orders AS MATERIALIZED (
    SELECT o.location_code, o.customer_id, o.business_ts, analytics.business_date(o.business_ts, l.time_zone, l.close_out) AS day
    FROM analytics.due_orders AS o
    LEFT JOIN analytics.locations AS l ON l.location_code = o.location_code
    -- Wide enough for every time zone; the business days are compared below.
    WHERE o.business_ts >= ((SELECT min(day) FROM days) - 1)::timestamp AT TIME ZONE 'UTC'
        AND o.business_ts < ((SELECT max(day) FROM days) + 3)::timestamp AT TIME ZONE 'UTC'
        AND o.status <> 'cancelled'
),
guests AS (
    -- With the visits in arrays, so that they need no join, of which the planner would expect one row.
    SELECT o.customer_id, array_agg(o.day) AS days, array_agg(o.business_ts) AS times
    FROM orders AS o
    JOIN days AS d ON d.location_code = o.location_code AND d.day = o.day
    GROUP BY o.customer_id
)
SELECT
    v.day,
    round(100.0 * count(*) FILTER (WHERE v.business_ts > f.business_ts) / nullif(count(g.customer_id), 0), 1) AS returning_share,
    count(*) FILTER (WHERE v.business_ts > f.business_ts) AS returning_orders,
    count(g.customer_id) AS orders_of_known_guests,
    count(*) AS orders
FROM guests AS g
LEFT JOIN LATERAL (
    SELECT o.business_ts
    FROM analytics.due_orders AS o
    WHERE o.customer_id = g.customer_id AND o.status <> 'cancelled'
    ORDER BY o.business_ts
    LIMIT 1
) AS f ON true
CROSS JOIN LATERAL unnest(g.days, g.times) AS v (day, business_ts)
GROUP BY v.day
ORDER BY v.day;
