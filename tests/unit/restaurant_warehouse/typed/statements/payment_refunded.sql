COPY refunds (refund_id, payment_id, order_id, amount, reason, refunded_ts, currency, external_id, event_ts, event_id, event_version, event_offset) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT DISTINCT ON (refund_id)
        (payload ->> 'refund_id')::uuid AS refund_id,
        (payload ->> 'payment_id')::uuid AS payment_id,
        (payload ->> 'order_id')::uuid AS order_id,
        (payload ->> 'amount')::numeric AS amount,
        payload ->> 'reason' AS reason,
        analytics.moment(payload ->> 'refunded_ts') AS refunded_ts,
        (SELECT c.currency FROM analytics.currencies AS c WHERE c.currency = payload ->> 'currency') AS currency,
        payload ->> '(external_id)' AS external_id,
        coalesce(part_ts, ts) AS event_ts,
        event_id,
        version AS event_version,
        event_offset,
        CASE WHEN part_ts IS NOT NULL THEN ts END AS snapshot_ts
    FROM incoming
    WHERE event_type = 'payment_refunded'
    ORDER BY refund_id, coalesce(version, -1) DESC, ts DESC, event_offset DESC, event_id DESC
)
INSERT INTO refunds AS t (refund_id, payment_id, order_id, amount, reason, refunded_ts, currency, external_id, event_ts, event_id, event_version, event_offset, snapshot_ts)
SELECT refund_id, payment_id, order_id, amount, reason, refunded_ts, currency, external_id, event_ts, event_id, event_version, event_offset, snapshot_ts
FROM newest
ON CONFLICT (refund_id) DO UPDATE SET
    payment_id = excluded.payment_id,
    order_id = excluded.order_id,
    amount = excluded.amount,
    reason = excluded.reason,
    refunded_ts = excluded.refunded_ts,
    currency = excluded.currency,
    external_id = excluded.external_id,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id,
    event_version = excluded.event_version,
    event_offset = excluded.event_offset,
    snapshot_ts = excluded.snapshot_ts,
    is_replaced = false
WHERE (coalesce(t.event_version, -1), coalesce(t.snapshot_ts, t.event_ts), t.event_offset, t.event_id) < (coalesce(excluded.event_version, -1), coalesce(excluded.snapshot_ts, excluded.event_ts), excluded.event_offset, excluded.event_id);
