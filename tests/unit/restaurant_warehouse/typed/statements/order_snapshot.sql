COPY order_snapshots (order_id, event_ts, event_id, event_version, event_offset) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT DISTINCT ON (order_id)
        (payload ->> 'order_id')::uuid AS order_id,
        ts AS event_ts,
        event_id,
        version AS event_version,
        event_offset
    FROM incoming
    WHERE event_type = 'order_snapshot'
    ORDER BY order_id, coalesce(version, -1) DESC, ts DESC, event_offset DESC, event_id DESC
)
INSERT INTO order_snapshots AS t (order_id, event_ts, event_id, event_version, event_offset)
SELECT order_id, event_ts, event_id, event_version, event_offset
FROM newest
ON CONFLICT (order_id) DO UPDATE SET
    event_ts = excluded.event_ts,
    event_id = excluded.event_id,
    event_version = excluded.event_version,
    event_offset = excluded.event_offset
WHERE (coalesce(t.event_version, -1), t.event_ts, t.event_offset, t.event_id) < (coalesce(excluded.event_version, -1), excluded.event_ts, excluded.event_offset, excluded.event_id)
RETURNING old.order_id, new.order_id;
