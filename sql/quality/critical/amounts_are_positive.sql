-- dimension: integrity
-- owner: finance
-- description: Refunded and ordered amounts are positive, paid ones are not negative, all are finite, and no part is
--   negative.
-- remedy: The contract refuses such amounts, so the row was changed by hand or written by an older version: rebuild
--   analytics from raw (python -m sse_ingest rebuild).
WITH arrived AS (
    SELECT * FROM analytics.arrived_events(%(since)s, %(until)s, '{order_item_added, payment_captured, payment_refunded}')
)
SELECT 'payments' AS "table", p.payment_id AS id, p.order_id, p.amount, least(p.subtotal, p.tax, p.tip) AS least_part,
    p.amount < 0 OR p.amount >= 'Infinity' OR least(p.subtotal, p.tax, p.tip, p.total) < 0 AS failed
FROM arrived AS a JOIN analytics.payments AS p ON p.payment_id = a.row_id
WHERE a.event_type = 'payment_captured'
UNION ALL
SELECT 'refunds', r.refund_id, r.order_id, r.amount, NULL, r.amount <= 0 OR r.amount >= 'Infinity'
FROM arrived AS a JOIN analytics.refunds AS r ON r.refund_id = a.row_id
WHERE a.event_type = 'payment_refunded'
UNION ALL
SELECT 'order_items', i.order_item_id, i.order_id, i.qty, i.extended_price,
    i.qty <= 0 OR i.qty >= 'Infinity' OR coalesce(i.extended_price < 0 OR i.extended_price >= 'Infinity', false)
FROM arrived AS a JOIN analytics.order_items AS i ON i.order_item_id = a.row_id
WHERE a.event_type = 'order_item_added';
