COPY customer_changes (customer_id, city, membership, changed_ts, event_ts, event_id) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT DISTINCT ON (customer_id, changed_ts)
        payload ->> 'customer_id' AS customer_id,
        payload ->> 'city' AS city,
        payload ->> 'membership' AS membership,
        analytics.moment(payload ->> 'changed_ts') AS changed_ts,
        ts AS event_ts,
        event_id
    FROM incoming
    WHERE event_type = 'customer_changed'
    ORDER BY customer_id, changed_ts, ts DESC, event_id DESC
)
INSERT INTO customer_changes AS t (customer_id, city, membership, changed_ts, event_ts, event_id)
SELECT customer_id, city, membership, changed_ts, event_ts, event_id
FROM newest
ON CONFLICT (customer_id, changed_ts) DO UPDATE SET
    city = excluded.city,
    membership = excluded.membership,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id
WHERE (t.event_ts, t.event_id) < (excluded.event_ts, excluded.event_id);
