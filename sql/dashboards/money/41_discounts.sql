-- title: Discounts by kind
-- chart: row
-- unit: money
-- x: kind
-- y: amount
-- series: currency
-- formats: share percent
-- day: analytics.daily_sales.day
-- restaurant: analytics.daily_sales.location_code
-- currency: analytics.daily_sales.currency
-- description: What discounts, promotions, loyalty and comps took from gross sales, by the business day of the order. Discounts
--   that only payments state have no kind. The 28 business days up to the newest order, or the chosen days.
WITH days AS MATERIALIZED (
    SELECT day, location_code, currency, discounts, comps
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
),
stated AS (
    SELECT o.currency, g.kind, g.amount
    FROM orders AS o
    JOIN days AS d ON d.location_code = o.location_code AND d.day = o.day AND d.currency = o.currency
    JOIN analytics.order_discounts AS g ON g.order_id = o.order_id
    LEFT JOIN analytics.order_lines AS i ON i.order_item_id = g.order_item_id AND i.order_id = g.order_id
    WHERE NOT g.is_replaced
        AND g.event_ts <= analytics.present()
        -- As in bills: of a line that is sold at a known price, or of an order with one.
        AND (i.order_item_id IS NULL OR (NOT i.is_voided AND NOT i.is_gift_card AND i.extended_price IS NOT NULL))
        AND EXISTS (
            SELECT
            FROM analytics.order_lines AS s
            WHERE s.order_id = o.order_id AND NOT s.is_voided AND NOT s.is_gift_card AND s.extended_price IS NOT NULL
        )
),
kinds AS (
    SELECT currency, kind, sum(amount) AS amount, count(*) AS number
    FROM stated
    GROUP BY currency, kind
    UNION ALL
    SELECT d.currency, 'unknown', d.amount - coalesce(s.amount, 0), NULL
    FROM (SELECT currency, sum(discounts + comps) AS amount FROM days GROUP BY currency) AS d
    LEFT JOIN (SELECT currency, sum(amount) AS amount FROM stated GROUP BY currency) AS s ON s.currency = d.currency
    WHERE d.amount <> coalesce(s.amount, 0)
)
SELECT
    kind,
    currency,
    round(amount, analytics.decimals(currency)) AS amount,
    number,
    round(100 * amount / nullif(sum(amount) OVER (PARTITION BY currency), 0), 2) AS share
FROM kinds
ORDER BY sum(amount) OVER (PARTITION BY kind) DESC, kind, currency;
