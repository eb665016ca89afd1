-- dimension: integrity
-- owner: data-engineering
-- description: An order's status is that of its newest status change, and its money is the sum of its payments,
--   without voided ones.
-- remedy: The row was changed by hand, or a merge is wrong: rebuild analytics from raw (python -m sse_ingest rebuild).
SELECT
    o.order_id,
    o.location_code,
    o.order_ts AS happened_at,
    o.status,
    coalesce(s.status, 'pending') AS expected_status,
    o.total,
    p.total AS total_paid,
    o.status <> coalesce(s.status, 'pending')
        OR (o.subtotal, o.tax, o.tip, o.total) IS DISTINCT FROM (p.subtotal, p.tax, p.tip, p.total) AS failed
FROM analytics.orders AS o
LEFT JOIN LATERAL (
    SELECT h.status FROM analytics.order_status_history AS h
    WHERE h.order_id = o.order_id
    ORDER BY coalesce(h.event_version, -1) DESC, h.changed_ts DESC, analytics.status_place(h.status) DESC,
        h.event_offset DESC, h.event_id DESC
    LIMIT 1
) AS s ON true
CROSS JOIN LATERAL (
    SELECT sum(c.subtotal) AS subtotal, sum(c.tax) AS tax, sum(c.tip) AS tip, sum(c.total) AS total
    FROM analytics.payments AS c
    WHERE c.order_id = o.order_id
        AND NOT c.is_replaced
        AND NOT EXISTS (
            SELECT FROM analytics.payment_voids AS v
            WHERE v.payment_id = c.payment_id AND v.order_id = c.order_id AND NOT v.is_replaced)
) AS p
WHERE o.order_id IN (
    SELECT a.order_id
    FROM analytics.arrived_events(%(since)s, %(until)s, '{order_created, order_status_changed, payment_captured, payment_voided}') AS a);
