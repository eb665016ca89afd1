-- dimension: integrity
-- owner: finance
-- description: An order that states its currency is in that of its restaurant, if this is known, and what belongs to the order
--   is in the currency of the order.
-- remedy: Correct the currency of the restaurant (./stack locations FILE, or python -m sql locations FILE). Or correct the till,
--   and publish the events in sample again with the right currency, a new event_id and a later ts.
-- grace: consistency_grace
WITH arrived AS (
    SELECT DISTINCT a.order_id
    FROM analytics.arrived_events(%(since)s, %(until)s, NULL) AS a
    WHERE a.order_id IS NOT NULL
)
SELECT
    p."table",
    p.id,
    o.order_id,
    o.location_code,
    p.happened_at,
    p.currency,
    p.expected,
    p.currency <> p.expected AS failed
FROM arrived AS a
JOIN analytics.orders AS o ON o.order_id = a.order_id
LEFT JOIN analytics.locations AS l ON l.location_code = o.location_code
CROSS JOIN LATERAL (
    SELECT coalesce(o.currency, l.currency, (SELECT analytics.default_currency())) AS currency
) AS c
CROSS JOIN LATERAL (
    SELECT 'orders' AS "table", o.order_id AS id, o.order_ts AS happened_at, o.currency, l.currency AS expected
    UNION ALL
    SELECT 'order_items', i.order_item_id, i.event_ts, i.currency, c.currency
    FROM analytics.order_items AS i
    WHERE i.order_id = o.order_id AND NOT i.is_replaced
    UNION ALL
    SELECT 'order_discounts', d.discount_id, d.event_ts, d.currency, c.currency
    FROM analytics.order_discounts AS d
    WHERE d.order_id = o.order_id AND NOT d.is_replaced
    UNION ALL
    SELECT 'service_charges', s.charge_id, s.event_ts, s.currency, c.currency
    FROM analytics.service_charges AS s
    WHERE s.order_id = o.order_id AND NOT s.is_replaced
    UNION ALL
    SELECT 'payments', p.payment_id, p.processed_at, p.currency, c.currency
    FROM analytics.payments AS p
    WHERE p.order_id = o.order_id AND NOT p.is_replaced
    UNION ALL
    SELECT 'refunds', r.refund_id, r.refunded_ts, r.currency, c.currency
    FROM analytics.refunds AS r
    WHERE r.order_id = o.order_id AND NOT r.is_replaced
    OFFSET 0 -- order by order, so that no table is read whole
) AS p
WHERE p.currency IS NOT NULL AND p.expected IS NOT NULL;
