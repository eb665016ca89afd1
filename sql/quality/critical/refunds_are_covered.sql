-- dimension: integrity
-- owner: finance
-- description: The refunds of an order are not more than its payments, tips included and apart from rounding.
-- remedy: Ask the producer and the restaurant: the money may have been refunded twice. Publish the wrong refund again with its
--   refund_id, the right amount, a new event_id and a later ts.
-- grace: consistency_grace
WITH arrived AS (
    SELECT DISTINCT a.order_id
    FROM analytics.arrived_events(%(since)s, %(until)s, '{payment_captured, payment_refunded}') AS a
    WHERE a.order_id IS NOT NULL
)
SELECT
    a.order_id,
    p.location_code,
    p.happened_at,
    p.captured,
    r.refunded,
    r.refunds,
    r.refunded > p.captured
        AND r.refunded > p.captured + r.refunds * analytics.money_threshold('rounding_most',
            coalesce(o.currency, l.currency, analytics.default_currency())) AS failed
FROM arrived AS a
CROSS JOIN LATERAL (
    -- A tip that was paid by other means than the bill may be refunded with it.
    SELECT min(p.location_code) AS location_code, min(p.processed_at) AS happened_at,
        sum(greatest(p.amount, p.total)) AS captured
    FROM analytics.payments AS p
    WHERE p.order_id = a.order_id AND NOT p.is_replaced
) AS p
CROSS JOIN LATERAL (
    -- The payment of a refund may still come: events_have_their_order waits for it.
    SELECT sum(r.amount) AS refunded, count(*) AS refunds
    FROM analytics.refunds AS r
    JOIN analytics.payments AS p ON p.payment_id = r.payment_id AND p.order_id = r.order_id AND NOT p.is_replaced
    WHERE r.order_id = a.order_id AND NOT r.is_replaced
) AS r
LEFT JOIN analytics.orders AS o ON o.order_id = a.order_id
LEFT JOIN analytics.locations AS l ON l.location_code = coalesce(o.location_code, p.location_code)
WHERE r.refunds > 0;
