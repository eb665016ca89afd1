COPY customer_changes (customer_id, city, membership, changed_ts, event_ts, event_id, event_version, event_offset) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT DISTINCT ON (customer_id, changed_ts)
        payload ->> 'customer_id' AS customer_id,
        payload ->> 'city' AS city,
        payload ->> 'membership' AS membership,
        analytics.moment(payload ->> 'changed_ts') AS changed_ts,
        ts AS event_ts,
        event_id,
        version AS event_version,
        event_offset
    FROM incoming
    WHERE event_type = 'customer_changed'
    ORDER BY customer_id, changed_ts, coalesce(version, -1) DESC, ts DESC, event_offset DESC, event_id DESC
)
INSERT INTO customer_changes AS t (customer_id, city, membership, changed_ts, event_ts, event_id, event_version, event_offset)
SELECT customer_id, city, membership, changed_ts, event_ts, event_id, event_version, event_offset
FROM newest
ON CONFLICT (customer_id, changed_ts) DO UPDATE SET
    city = excluded.city,
    membership = excluded.membership,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id,
    event_version = excluded.event_version,
    event_offset = excluded.event_offset
WHERE (coalesce(t.event_version, -1), t.event_ts, t.event_offset, t.event_id) < (coalesce(excluded.event_version, -1), excluded.event_ts, excluded.event_offset, excluded.event_id);
