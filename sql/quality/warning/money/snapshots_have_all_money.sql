-- dimension: completeness
-- owner: finance
-- description: The newest snapshot of an order lists every payment and refund that an event of its own has reported.
-- remedy: Nothing that the newest snapshot does not list is counted. If the money moved, publish the snapshot again with it and a
--   greater version. A source that sends payments apart from its snapshots gives these events a version too.
-- grace: consistency_grace
WITH arrived AS (
    SELECT DISTINCT a.order_id
    FROM analytics.arrived_events(%(since)s, %(until)s, '{order_snapshot, payment_captured, payment_refunded}') AS a
)
SELECT
    m."table",
    m.id,
    s.order_id,
    o.location_code,
    m.happened_at,
    m.amount,
    m.is_replaced AND m.snapshot_ts IS NULL AS failed
FROM arrived AS a
JOIN analytics.order_snapshots AS s ON s.order_id = a.order_id
LEFT JOIN analytics.orders AS o ON o.order_id = s.order_id
CROSS JOIN LATERAL (
    SELECT 'payments' AS "table", p.payment_id AS id, p.processed_at AS happened_at, p.amount, p.is_replaced, p.snapshot_ts
    FROM analytics.payments AS p
    WHERE p.order_id = s.order_id
    UNION ALL
    SELECT 'refunds', r.refund_id, r.refunded_ts, r.amount, r.is_replaced, r.snapshot_ts
    FROM analytics.refunds AS r
    WHERE r.order_id = s.order_id
    OFFSET 0 -- order by order, so that no table is read whole
) AS m;
