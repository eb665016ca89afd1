-- dimension: uniqueness
-- owner: finance
-- description: An authorisation of a card or wallet is captured only once per order. A code without a digit from 1 to 9 is
--   the placeholder of a till that was offline, and no authorisation.
-- remedy: The producer sent the payment with two ids: ask it to publish a refund of one of them. Until then both count.
SELECT
    p.payment_id,
    p.order_id,
    p.location_code,
    p.processed_at AS happened_at,
    p.amount,
    p.auth_code,
    q.payment_id AS captured_as,
    q.payment_id IS NOT NULL AS failed
FROM analytics.arrived_events(%(since)s, %(until)s, '{payment_captured}') AS a
JOIN analytics.payments AS p ON p.payment_id = a.row_id
LEFT JOIN LATERAL (
    SELECT o.payment_id FROM analytics.payments AS o
    WHERE o.order_id = p.order_id
        AND o.payment_id <> p.payment_id
        AND o.auth_code = p.auth_code
        AND o.method = p.method
        AND o.amount = p.amount
        AND o.amount > 0
        AND o.auth_code ~ '[1-9]'
        AND NOT o.is_replaced
        -- A payment that was voided or refunded does not count.
        AND NOT EXISTS (
            SELECT FROM analytics.payment_voids AS v
            WHERE v.payment_id = o.payment_id AND v.order_id = o.order_id AND NOT v.is_replaced)
        AND NOT EXISTS (
            SELECT FROM analytics.refunds AS r
            WHERE r.order_id = o.order_id AND r.payment_id = o.payment_id AND NOT r.is_replaced
            HAVING sum(r.amount) >= o.amount)
    ORDER BY o.payment_id
    LIMIT 1
) AS q ON NOT p.is_replaced AND NOT EXISTS (
    SELECT FROM analytics.payment_voids AS v
    WHERE v.payment_id = p.payment_id AND v.order_id = p.order_id AND NOT v.is_replaced
) AND NOT EXISTS (
    SELECT FROM analytics.refunds AS r
    WHERE r.order_id = p.order_id AND r.payment_id = p.payment_id AND NOT r.is_replaced
    HAVING sum(r.amount) >= p.amount);
