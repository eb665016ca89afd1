COPY order_discounts (discount_id, order_id, order_item_id, name, kind, amount, event_ts, event_id) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT DISTINCT ON (discount_id)
        (payload ->> 'discount_id')::uuid AS discount_id,
        (payload ->> 'order_id')::uuid AS order_id,
        (payload ->> 'order_item_id')::uuid AS order_item_id,
        payload ->> 'name' AS name,
        payload ->> 'kind' AS kind,
        (payload ->> 'amount')::numeric AS amount,
        ts AS event_ts,
        event_id
    FROM incoming
    WHERE event_type = 'discount_applied'
    ORDER BY discount_id, ts DESC, event_id DESC
)
INSERT INTO order_discounts AS t (discount_id, order_id, order_item_id, name, kind, amount, event_ts, event_id)
SELECT discount_id, order_id, order_item_id, name, kind, amount, event_ts, event_id
FROM newest
ON CONFLICT (discount_id) DO UPDATE SET
    order_id = excluded.order_id,
    order_item_id = excluded.order_item_id,
    name = excluded.name,
    kind = excluded.kind,
    amount = excluded.amount,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id
WHERE (t.event_ts, t.event_id) < (excluded.event_ts, excluded.event_id);
