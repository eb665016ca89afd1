COPY payment_voids (payment_id, order_id, reason, voided_ts, event_ts, event_id) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT DISTINCT ON (payment_id)
        (payload ->> 'payment_id')::uuid AS payment_id,
        (payload ->> 'order_id')::uuid AS order_id,
        payload ->> 'reason' AS reason,
        analytics.moment(payload ->> 'voided_ts') AS voided_ts,
        ts AS event_ts,
        event_id
    FROM incoming
    WHERE event_type = 'payment_voided'
    ORDER BY payment_id, ts DESC, event_id DESC
)
INSERT INTO payment_voids AS t (payment_id, order_id, reason, voided_ts, event_ts, event_id)
SELECT payment_id, order_id, reason, voided_ts, event_ts, event_id
FROM newest
ON CONFLICT (payment_id) DO UPDATE SET
    order_id = excluded.order_id,
    reason = excluded.reason,
    voided_ts = excluded.voided_ts,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id
WHERE (t.event_ts, t.event_id) < (excluded.event_ts, excluded.event_id)
RETURNING old.order_id, new.order_id;
