-- dimension: uniqueness
-- owner: data-engineering
-- description: No two events with different event ids report the same status change, refund or order.
-- remedy: The producer creates a new event_id when it sends an event again: it must keep the first one.
WITH arrived AS (
    SELECT * FROM analytics.arrived_events(%(since)s, %(until)s, '{order_created, order_status_changed, payment_refunded}')
)
SELECT a.event_id, a.event_type, a.order_id, a.ts, t.other, t.other IS NOT NULL AS failed
FROM arrived AS a
JOIN analytics.order_status_history AS h ON h.event_id = a.row_id
LEFT JOIN LATERAL (
    SELECT o.event_id AS other FROM analytics.order_status_history AS o
    WHERE o.order_id = h.order_id AND o.changed_ts = h.changed_ts AND o.status = h.status AND o.event_id <> h.event_id
        AND o.snapshot_ts IS NULL -- a snapshot states again what is known
    ORDER BY o.event_id
    LIMIT 1
) AS t ON true
WHERE a.event_type = 'order_status_changed'
UNION ALL
SELECT a.event_id, a.event_type, a.order_id, a.ts, t.other, t.other IS NOT NULL
FROM arrived AS a
JOIN analytics.refunds AS r ON r.refund_id = a.row_id
LEFT JOIN LATERAL (
    SELECT o.refund_id AS other FROM analytics.refunds AS o
    WHERE o.order_id = r.order_id AND o.payment_id = r.payment_id AND o.amount = r.amount
        AND o.refunded_ts = r.refunded_ts AND o.refund_id <> r.refund_id
        AND NOT o.is_replaced AND NOT r.is_replaced
    ORDER BY o.refund_id
    LIMIT 1
) AS t ON true
WHERE a.event_type = 'payment_refunded'
UNION ALL
SELECT a.event_id, a.event_type, a.order_id, a.ts, t.other, t.other IS NOT NULL
FROM arrived AS a
JOIN analytics.orders AS n ON n.order_id = a.row_id
LEFT JOIN LATERAL (
    SELECT o.order_id AS other FROM analytics.orders AS o
    WHERE o.location_code = n.location_code AND o.order_ts = n.order_ts AND o.visit_id = n.visit_id
        AND o.service_type = n.service_type AND o.order_id <> n.order_id
    ORDER BY o.order_id
    LIMIT 1
) AS t ON true
WHERE a.event_type = 'order_created';
