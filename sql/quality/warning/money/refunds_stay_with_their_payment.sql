-- dimension: integrity
-- owner: finance
-- description: The refunds of a payment are not more than it captured, apart from rounding, even if the order has other
--   payments.
-- remedy: A split bill may have been refunded to one of its cards. Ask the restaurant whether that is what it meant.
-- grace: consistency_grace
SELECT
    p.payment_id,
    p.order_id,
    p.amount AS captured,
    sum(r.amount) AS refunded,
    count(*) AS refunds,
    sum(r.amount) > p.amount
        AND sum(r.amount) > p.amount + count(*) * analytics.money_threshold('rounding_legal',
            coalesce(p.currency, min(o.currency), min(l.currency), analytics.default_currency())) AS failed
FROM analytics.payments AS p
JOIN analytics.refunds AS r ON r.order_id = p.order_id AND r.payment_id = p.payment_id AND NOT r.is_replaced
LEFT JOIN analytics.orders AS o ON o.order_id = p.order_id
LEFT JOIN analytics.locations AS l ON l.location_code = coalesce(o.location_code, p.location_code)
WHERE p.order_id IN (
    SELECT a.order_id
    FROM analytics.arrived_events(%(since)s, %(until)s, '{payment_captured, payment_refunded}') AS a)
GROUP BY p.payment_id;
