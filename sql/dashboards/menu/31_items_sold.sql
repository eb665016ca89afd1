-- title: Items sold
-- chart: row
-- unit: count
-- x: item_name
-- y: units
-- series: currency
-- formats: revenue money
-- day: analytics.daily_sales.day
-- restaurant: analytics.daily_sales.location_code
-- currency: analytics.daily_sales.currency
-- description: The fifteen items with the most units sold, and their revenue at menu price. Without voided lines, gift cards and
--   cancelled orders. By the business day of the order: the 28 up to the newest order, or the chosen days. Some tills write NONE
--   where no item was recorded.
WITH days AS MATERIALIZED (
    SELECT day, location_code, currency
    FROM analytics.daily_sales
    WHERE (
        day > (SELECT analytics.newest_business_date()) - 28
        -- Both ends, so that the planner expects a few days.
        AND day <= (SELECT analytics.newest_business_date())
        -- A chosen day replaces this time span.
        [[OR true) AND ({{day}}]]
    )
        [[AND {{restaurant}}]]
        [[AND {{currency}}]]
),
orders AS MATERIALIZED (
    SELECT o.order_id, o.location_code, o.currency, analytics.business_date(o.business_ts, l.time_zone, l.close_out) AS day
    FROM analytics.due_orders AS o
    LEFT JOIN analytics.locations AS l ON l.location_code = o.location_code
    -- Wide enough for every time zone; the business days are compared below.
    WHERE o.business_ts >= ((SELECT min(day) FROM days) - 1)::timestamp AT TIME ZONE 'UTC'
        AND o.business_ts < ((SELECT max(day) FROM days) + 3)::timestamp AT TIME ZONE 'UTC'
        AND o.status <> 'cancelled'
)
SELECT
    i.item_name,
    o.currency,
    sum(i.qty) AS units,
    round(sum(i.extended_price), analytics.decimals(o.currency)) AS revenue,
    count(*) FILTER (WHERE i.extended_price IS NULL) AS unpriced_lines
FROM orders AS o
JOIN days AS d ON d.location_code = o.location_code AND d.day = o.day AND d.currency = o.currency
JOIN analytics.order_lines AS i ON i.order_id = o.order_id
WHERE NOT i.is_voided
    AND NOT i.is_gift_card
GROUP BY i.item_name, o.currency
ORDER BY units DESC, i.item_name, o.currency
LIMIT 15;
