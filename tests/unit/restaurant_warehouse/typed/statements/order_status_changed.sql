COPY order_status_history (order_id, status, changed_ts, event_ts, event_id, event_version, event_offset) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT
        (payload ->> 'order_id')::uuid AS order_id,
        payload ->> 'status' AS status,
        analytics.moment(payload ->> 'changed_ts') AS changed_ts,
        coalesce(part_ts, ts) AS event_ts,
        event_id,
        version AS event_version,
        event_offset,
        CASE WHEN part_ts IS NOT NULL THEN ts END AS snapshot_ts
    FROM incoming
    WHERE event_type = 'order_status_changed'
)
INSERT INTO order_status_history AS t (order_id, status, changed_ts, event_ts, event_id, event_version, event_offset, snapshot_ts)
SELECT order_id, status, changed_ts, event_ts, event_id, event_version, event_offset, snapshot_ts
FROM newest
ON CONFLICT (event_id) DO NOTHING
RETURNING old.order_id, new.order_id;
