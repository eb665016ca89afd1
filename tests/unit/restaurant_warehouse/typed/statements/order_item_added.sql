COPY order_items (order_item_id, order_id, menu_item_id, category, item_name, unit_price, qty, extended_price, parent_item_id, tax_included, kind, currency, external_id, event_ts, event_id, event_version, event_offset) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT DISTINCT ON (order_item_id)
        (payload ->> 'order_item_id')::uuid AS order_item_id,
        (payload ->> 'order_id')::uuid AS order_id,
        payload ->> 'menu_item_id' AS menu_item_id,
        payload ->> 'category' AS category,
        payload ->> 'item_name' AS item_name,
        (payload ->> 'unit_price')::numeric AS unit_price,
        (payload ->> 'qty')::numeric AS qty,
        (payload ->> 'extended_price')::numeric AS extended_price,
        CASE WHEN pg_input_is_valid(payload ->> 'parent_item_id', 'uuid') THEN (payload ->> 'parent_item_id')::uuid END AS parent_item_id,
        CASE WHEN pg_input_is_valid(payload ->> 'tax_included', 'boolean') THEN (payload ->> 'tax_included')::boolean END AS tax_included,
        payload ->> 'kind' AS kind,
        (SELECT c.currency FROM analytics.currencies AS c WHERE c.currency = payload ->> 'currency') AS currency,
        payload ->> '(external_id)' AS external_id,
        coalesce(part_ts, ts) AS event_ts,
        event_id,
        version AS event_version,
        event_offset,
        CASE WHEN part_ts IS NOT NULL THEN ts END AS snapshot_ts
    FROM incoming
    WHERE event_type = 'order_item_added'
    ORDER BY order_item_id, coalesce(version, -1) DESC, ts DESC, event_offset DESC, event_id DESC
)
INSERT INTO order_items AS t (order_item_id, order_id, menu_item_id, category, item_name, unit_price, qty, extended_price, parent_item_id, tax_included, kind, currency, external_id, event_ts, event_id, event_version, event_offset, snapshot_ts)
SELECT order_item_id, order_id, menu_item_id, category, item_name, unit_price, qty, extended_price, parent_item_id, tax_included, kind, currency, external_id, event_ts, event_id, event_version, event_offset, snapshot_ts
FROM newest
ON CONFLICT (order_item_id) DO UPDATE SET
    order_id = excluded.order_id,
    menu_item_id = excluded.menu_item_id,
    category = excluded.category,
    item_name = excluded.item_name,
    unit_price = excluded.unit_price,
    qty = excluded.qty,
    extended_price = excluded.extended_price,
    parent_item_id = excluded.parent_item_id,
    tax_included = excluded.tax_included,
    kind = excluded.kind,
    currency = excluded.currency,
    external_id = excluded.external_id,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id,
    event_version = excluded.event_version,
    event_offset = excluded.event_offset,
    snapshot_ts = excluded.snapshot_ts,
    is_replaced = false
WHERE (coalesce(t.event_version, -1), coalesce(t.snapshot_ts, t.event_ts), t.event_offset, t.event_id) < (coalesce(excluded.event_version, -1), coalesce(excluded.snapshot_ts, excluded.event_ts), excluded.event_offset, excluded.event_id);
