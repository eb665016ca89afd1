-- dimension: integrity
-- owner: finance
-- description: Paid and refunded amounts and prices are finite and not negative, and quantities are positive. Free items and
--   bills of nothing are legal.
-- remedy: The contract refuses such amounts, so the row was changed by hand or written by an older version: rebuild
--   analytics from raw (python -m sse_ingest rebuild).
WITH arrived AS (
    SELECT * FROM analytics.arrived_events(%(since)s, %(until)s, '{order_item_added, payment_captured, payment_refunded}')
)
-- Rounding, a part of some payments, may be negative: it is none of these.
SELECT 'payments' AS "table", p.payment_id AS id, p.order_id, p.location_code, p.processed_at AS happened_at, p.amount,
    least(p.subtotal, p.tax, p.tip, p.total) AS least_part,
    least(p.amount, p.subtotal, p.tax, p.tip, p.total) < 0
        OR greatest(p.amount, p.subtotal, p.tax, p.tip, p.total) >= 'Infinity' AS failed
FROM arrived AS a JOIN analytics.payments AS p ON p.payment_id = a.row_id
WHERE a.event_type = 'payment_captured'
UNION ALL
SELECT 'refunds', r.refund_id, r.order_id, a.location_code, r.refunded_ts, r.amount, NULL,
    r.amount < 0 OR r.amount >= 'Infinity'
FROM arrived AS a JOIN analytics.refunds AS r ON r.refund_id = a.row_id
WHERE a.event_type = 'payment_refunded'
UNION ALL
SELECT 'order_items', i.order_item_id, i.order_id, a.location_code, i.event_ts, i.qty, least(i.unit_price, i.extended_price),
    i.qty <= 0 OR i.qty >= 'Infinity' OR coalesce(least(i.unit_price, i.extended_price) < 0, false)
        OR coalesce(greatest(i.unit_price, i.extended_price) >= 'Infinity', false)
FROM arrived AS a JOIN analytics.order_items AS i ON i.order_item_id = a.row_id
WHERE a.event_type = 'order_item_added';
