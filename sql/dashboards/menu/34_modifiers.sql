-- title: Modifiers
-- chart: table
-- formats: revenue money
-- day: analytics.daily_sales.day
-- restaurant: analytics.daily_sales.location_code
-- description: Lines that belong to another line, by that line's item: how often, how many, and what they cost. Without voided
--   lines and cancelled orders. By the business day of the order: the 28 up to the newest order, or the chosen days.
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
    SELECT o.order_id, o.location_code, o.currency, analytics.business_date(o.business_ts, l.time_zone, l.close_out) AS day
    FROM analytics.due_orders AS o
    LEFT JOIN analytics.locations AS l ON l.location_code = o.location_code
    -- Wide enough for every time zone; the business days are compared below.
    WHERE o.business_ts >= ((SELECT min(day) FROM days) - 1)::timestamp AT TIME ZONE 'UTC'
        AND o.business_ts < ((SELECT max(day) FROM days) + 3)::timestamp AT TIME ZONE 'UTC'
        AND o.status <> 'cancelled'
),
parts AS (
    SELECT
        i.item_name AS modifier,
        i.parent_item_id,
        coalesce(i.currency, o.currency) AS currency,
        i.qty,
        i.extended_price
    FROM orders AS o
    JOIN days AS d ON d.location_code = o.location_code AND d.day = o.day
    JOIN analytics.order_lines AS i ON i.order_id = o.order_id
    WHERE i.parent_item_id IS NOT NULL
        AND NOT i.is_voided
)
SELECT
    p.modifier,
    i.item_name AS item,
    p.currency,
    count(*) AS lines,
    sum(p.qty) AS units,
    round(sum(p.extended_price), analytics.decimals(p.currency)) AS revenue,
    count(*) FILTER (WHERE p.extended_price IS NULL) AS unpriced_lines
FROM parts AS p
LEFT JOIN analytics.order_items AS i ON i.order_item_id = p.parent_item_id
GROUP BY p.modifier, i.item_name, p.currency
ORDER BY sum(count(*)) OVER (PARTITION BY p.currency) DESC, p.currency, lines DESC, p.modifier, item
LIMIT 100;
