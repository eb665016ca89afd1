COPY order_discounts (discount_id, order_id, order_item_id, name, kind, amount, currency, external_id, event_ts, event_id, event_version, event_offset) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT DISTINCT ON (discount_id)
        (payload ->> 'discount_id')::uuid AS discount_id,
        (payload ->> 'order_id')::uuid AS order_id,
        (payload ->> 'order_item_id')::uuid AS order_item_id,
        payload ->> 'name' AS name,
        payload ->> 'kind' AS kind,
        (payload ->> 'amount')::numeric AS amount,
        (SELECT c.currency FROM analytics.currencies AS c WHERE c.currency = payload ->> 'currency') AS currency,
        payload ->> '(external_id)' AS external_id,
        coalesce(part_ts, ts) AS event_ts,
        event_id,
        version AS event_version,
        event_offset,
        CASE WHEN part_ts IS NOT NULL THEN ts END AS snapshot_ts
    FROM incoming
    WHERE event_type = 'discount_applied'
    ORDER BY discount_id, coalesce(version, -1) DESC, ts DESC, event_offset DESC, event_id DESC
)
INSERT INTO order_discounts AS t (discount_id, order_id, order_item_id, name, kind, amount, currency, external_id, event_ts, event_id, event_version, event_offset, snapshot_ts)
SELECT discount_id, order_id, order_item_id, name, kind, amount, currency, external_id, event_ts, event_id, event_version, event_offset, snapshot_ts
FROM newest
ON CONFLICT (discount_id) DO UPDATE SET
    order_id = excluded.order_id,
    order_item_id = excluded.order_item_id,
    name = excluded.name,
    kind = excluded.kind,
    amount = excluded.amount,
    currency = excluded.currency,
    external_id = excluded.external_id,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id,
    event_version = excluded.event_version,
    event_offset = excluded.event_offset,
    snapshot_ts = excluded.snapshot_ts,
    is_replaced = false
WHERE (coalesce(t.event_version, -1), coalesce(t.snapshot_ts, t.event_ts), t.event_offset, t.event_id) < (coalesce(excluded.event_version, -1), coalesce(excluded.snapshot_ts, excluded.event_ts), excluded.event_offset, excluded.event_id);
