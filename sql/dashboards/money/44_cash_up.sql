-- title: Cash-up
-- chart: table
-- formats: items_total money, subtotal money, total money, paid money, tips money, difference money
-- day: analytics.cash_up.day
-- restaurant: analytics.cash_up.location_code
-- currency: analytics.cash_up.currency
-- description: Items compared with orders and payments, for the seven business days up to the newest order, or the
--   chosen days. Only days with differences, each with its five greatest. The column evidence of analytics.cash_up has fifty.
SELECT
    day,
    l.name AS restaurant,
    cash_up.location_code,
    cash_up.currency,
    orders,
    items_total,
    subtotal,
    total,
    paid,
    tips,
    unpaid_orders,
    differing_orders,
    difference,
    e.evidence
FROM analytics.cash_up
LEFT JOIN analytics.locations AS l ON l.location_code = cash_up.location_code
CROSS JOIN LATERAL (
    SELECT string_agg(
        format('%s of order %s: %s instead of %s', v.one ->> 'kind', v.one ->> 'order_id', v.one ->> 'found', v.one ->> 'expected'),
        '; ' ORDER BY v.place
    ) AS evidence
    FROM jsonb_array_elements(cash_up.evidence) WITH ORDINALITY AS v (one, place)
    WHERE v.place <= 5
) AS e
WHERE (
    day > (SELECT analytics.newest_business_date()) - 7
    -- Both ends, so that the planner expects a few days.
    AND day <= (SELECT analytics.newest_business_date())
    -- A chosen day replaces this time span.
    [[OR true) AND ({{day}}]]
)
    AND differing_orders > 0
    [[AND {{restaurant}}]]
    [[AND {{currency}}]]
ORDER BY day DESC, cash_up.location_code, cash_up.currency
LIMIT 60;
