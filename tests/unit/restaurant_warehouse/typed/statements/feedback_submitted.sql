COPY feedback (feedback_id, order_id, customer_id, rating, nps, comment, created_ts, external_id, event_ts, event_id, event_version, event_offset) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT DISTINCT ON (feedback_id)
        (payload ->> 'feedback_id')::uuid AS feedback_id,
        (payload ->> 'order_id')::uuid AS order_id,
        payload ->> 'customer_id' AS customer_id,
        (payload ->> 'rating')::integer AS rating,
        (payload ->> 'nps')::integer AS nps,
        payload ->> 'comment' AS comment,
        analytics.moment(payload ->> 'created_ts') AS created_ts,
        payload ->> '(external_id)' AS external_id,
        ts AS event_ts,
        event_id,
        version AS event_version,
        event_offset
    FROM incoming
    WHERE event_type = 'feedback_submitted'
    ORDER BY feedback_id, coalesce(version, -1) DESC, ts DESC, event_offset DESC, event_id DESC
)
INSERT INTO feedback AS t (feedback_id, order_id, customer_id, rating, nps, comment, created_ts, external_id, event_ts, event_id, event_version, event_offset)
SELECT feedback_id, order_id, customer_id, rating, nps, comment, created_ts, external_id, event_ts, event_id, event_version, event_offset
FROM newest
ON CONFLICT (feedback_id) DO UPDATE SET
    order_id = excluded.order_id,
    customer_id = excluded.customer_id,
    rating = excluded.rating,
    nps = excluded.nps,
    comment = excluded.comment,
    created_ts = excluded.created_ts,
    external_id = excluded.external_id,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id,
    event_version = excluded.event_version,
    event_offset = excluded.event_offset
WHERE (coalesce(t.event_version, -1), t.event_ts, t.event_offset, t.event_id) < (coalesce(excluded.event_version, -1), excluded.event_ts, excluded.event_offset, excluded.event_id);
