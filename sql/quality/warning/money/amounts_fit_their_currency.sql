-- dimension: integrity
-- owner: finance
-- description: Amounts have no more decimals than their currency has, e.g. none in JPY.
-- remedy: The restaurant has a wrong currency (./stack locations FILE, or python -m sql locations FILE), or its till sends
--   hundredths that the currency does not have. An event that states its currency is refused with such an amount.
SELECT
    m."table",
    m.id,
    m.order_id,
    o.location_code,
    m.amount,
    c.currency,
    scale(trim_scale(m.amount)) > analytics.decimals(c.currency) AS failed
FROM analytics.arrived_events(
    %(since)s, %(until)s,
    '{order_item_added, discount_applied, service_charge_added, payment_captured, payment_refunded}') AS a
CROSS JOIN LATERAL (
    SELECT 'order_items' AS "table", i.order_item_id AS id, i.order_id, i.currency, v.amount
    FROM analytics.order_items AS i CROSS JOIN LATERAL (VALUES (i.unit_price), (i.extended_price)) AS v (amount)
    WHERE a.event_type = 'order_item_added' AND i.order_item_id = a.row_id
    UNION ALL
    SELECT 'order_discounts', d.discount_id, d.order_id, d.currency, d.amount
    FROM analytics.order_discounts AS d
    WHERE a.event_type = 'discount_applied' AND d.discount_id = a.row_id
    UNION ALL
    SELECT 'service_charges', s.charge_id, s.order_id, s.currency, s.amount
    FROM analytics.service_charges AS s
    WHERE a.event_type = 'service_charge_added' AND s.charge_id = a.row_id
    UNION ALL
    SELECT 'payments', p.payment_id, p.order_id, p.currency, v.amount
    FROM analytics.payments AS p
    CROSS JOIN LATERAL (VALUES (p.amount), (p.subtotal), (p.tax), (p.tip), (p.total)) AS v (amount)
    WHERE a.event_type = 'payment_captured' AND p.payment_id = a.row_id
    UNION ALL
    SELECT 'refunds', r.refund_id, r.order_id, r.currency, r.amount
    FROM analytics.refunds AS r
    WHERE a.event_type = 'payment_refunded' AND r.refund_id = a.row_id
    OFFSET 0 -- row by row, so that no table is read whole
) AS m
LEFT JOIN analytics.orders AS o ON o.order_id = m.order_id
LEFT JOIN analytics.locations AS l ON l.location_code = o.location_code
CROSS JOIN LATERAL (
    SELECT coalesce(m.currency, o.currency, l.currency, (SELECT analytics.default_currency())) AS currency
) AS c
WHERE m.amount IS NOT NULL AND m.amount < 'Infinity';
