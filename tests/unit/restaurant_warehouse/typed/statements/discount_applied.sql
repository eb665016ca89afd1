COPY order_discounts (discount_id, order_id, order_item_id, name, kind, amount, currency, event_ts, event_id, event_version, event_offset) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT DISTINCT ON (discount_id)
        (payload ->> 'discount_id')::uuid AS discount_id,
        (payload ->> 'order_id')::uuid AS order_id,
        (payload ->> 'order_item_id')::uuid AS order_item_id,
        payload ->> 'name' AS name,
        payload ->> 'kind' AS kind,
        (payload ->> 'amount')::numeric AS amount,
        (SELECT c.currency FROM analytics.currencies AS c WHERE c.currency = payload ->> 'currency') AS currency,
        ts AS event_ts,
        event_id,
        version AS event_version,
        event_offset
    FROM incoming
    WHERE event_type = 'discount_applied'
    ORDER BY discount_id, coalesce(version, -1) DESC, ts DESC, event_offset DESC, event_id DESC
)
INSERT INTO order_discounts AS t (discount_id, order_id, order_item_id, name, kind, amount, currency, event_ts, event_id, event_version, event_offset)
SELECT discount_id, order_id, order_item_id, name, kind, amount, currency, event_ts, event_id, event_version, event_offset
FROM newest
ON CONFLICT (discount_id) DO UPDATE SET
    order_id = excluded.order_id,
    order_item_id = excluded.order_item_id,
    name = excluded.name,
    kind = excluded.kind,
    amount = excluded.amount,
    currency = excluded.currency,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id,
    event_version = excluded.event_version,
    event_offset = excluded.event_offset
WHERE (coalesce(t.event_version, -1), t.event_ts, t.event_offset, t.event_id) < (coalesce(excluded.event_version, -1), excluded.event_ts, excluded.event_offset, excluded.event_id);
