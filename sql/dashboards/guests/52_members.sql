-- title: Members
-- chart: row
-- unit: percent
-- x: membership
-- y: order_share, sales_share
-- series: currency
-- formats: sales money, average money
-- day: analytics.daily_sales.day
-- restaurant: analytics.daily_sales.location_code
-- currency: analytics.daily_sales.currency
-- description: Share of the orders and of the sales by the membership that the guest had at that time. Sales are what payments
--   state before tax and tip; unpaid orders have none. The 28 business days up to the newest order, or the chosen days.
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
    SELECT o.location_code, o.currency, o.customer_id, o.subtotal, o.business_ts, analytics.business_date(o.business_ts, l.time_zone, l.close_out) AS day
    FROM analytics.due_orders AS o
    LEFT JOIN analytics.locations AS l ON l.location_code = o.location_code
    -- Wide enough for every time zone; the business days are compared below.
    WHERE o.business_ts >= ((SELECT min(day) FROM days) - 1)::timestamp AT TIME ZONE 'UTC'
        AND o.business_ts < ((SELECT max(day) FROM days) + 3)::timestamp AT TIME ZONE 'UTC'
        AND o.status <> 'cancelled'
),
guests AS (
    SELECT o.currency, o.customer_id, o.subtotal, coalesce(c.membership, 'none or unknown') AS membership
    FROM orders AS o
    JOIN days AS d ON d.location_code = o.location_code AND d.day = o.day AND d.currency = o.currency
    LEFT JOIN LATERAL (
        SELECT v.membership
        FROM analytics.customer_changes AS v
        WHERE v.customer_id = o.customer_id AND v.changed_ts <= o.business_ts
        ORDER BY v.changed_ts DESC
        LIMIT 1
    ) AS c ON true
)
SELECT
    membership,
    currency,
    round(100 * count(*) / sum(count(*)) OVER (PARTITION BY currency), 1) AS order_share,
    round(100 * sum(subtotal) / nullif(sum(sum(subtotal)) OVER (PARTITION BY currency), 0), 1) AS sales_share,
    count(*) AS orders,
    count(DISTINCT customer_id) AS guests,
    round(sum(subtotal), analytics.decimals(currency)) AS sales,
    round(avg(subtotal), analytics.decimals(currency)) AS average
FROM guests
GROUP BY membership, currency
ORDER BY sum(count(*)) OVER (PARTITION BY membership) DESC, membership, currency;
