COPY order_item_voids (order_item_id, order_id, reason, voided_ts, event_ts, event_id, event_version, event_offset) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT DISTINCT ON (order_item_id)
        (payload ->> 'order_item_id')::uuid AS order_item_id,
        (payload ->> 'order_id')::uuid AS order_id,
        payload ->> 'reason' AS reason,
        analytics.moment(payload ->> 'voided_ts') AS voided_ts,
        ts AS event_ts,
        event_id,
        version AS event_version,
        event_offset
    FROM incoming
    WHERE event_type = 'order_item_voided'
    ORDER BY order_item_id, coalesce(version, -1) DESC, ts DESC, event_offset DESC, event_id DESC
)
INSERT INTO order_item_voids AS t (order_item_id, order_id, reason, voided_ts, event_ts, event_id, event_version, event_offset)
SELECT order_item_id, order_id, reason, voided_ts, event_ts, event_id, event_version, event_offset
FROM newest
ON CONFLICT (order_item_id) DO UPDATE SET
    order_id = excluded.order_id,
    reason = excluded.reason,
    voided_ts = excluded.voided_ts,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id,
    event_version = excluded.event_version,
    event_offset = excluded.event_offset,
    is_replaced = false
WHERE (coalesce(t.event_version, -1), t.event_ts, t.event_offset, t.event_id) < (coalesce(excluded.event_version, -1), excluded.event_ts, excluded.event_offset, excluded.event_id);
