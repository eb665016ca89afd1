COPY menu_item_changes (menu_item_id, name, category, price, cost, changed_ts, currency, event_ts, event_id, event_version, event_offset) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT DISTINCT ON (menu_item_id, changed_ts)
        payload ->> 'menu_item_id' AS menu_item_id,
        payload ->> 'name' AS name,
        payload ->> 'category' AS category,
        (payload ->> 'price')::numeric AS price,
        (payload ->> 'cost')::numeric AS cost,
        analytics.moment(payload ->> 'changed_ts') AS changed_ts,
        (SELECT c.currency FROM analytics.currencies AS c WHERE c.currency = payload ->> 'currency') AS currency,
        ts AS event_ts,
        event_id,
        version AS event_version,
        event_offset
    FROM incoming
    WHERE event_type = 'menu_item_changed'
    ORDER BY menu_item_id, changed_ts, coalesce(version, -1) DESC, ts DESC, event_offset DESC, event_id DESC
)
INSERT INTO menu_item_changes AS t (menu_item_id, name, category, price, cost, changed_ts, currency, event_ts, event_id, event_version, event_offset)
SELECT menu_item_id, name, category, price, cost, changed_ts, currency, event_ts, event_id, event_version, event_offset
FROM newest
ON CONFLICT (menu_item_id, changed_ts) DO UPDATE SET
    name = excluded.name,
    category = excluded.category,
    price = excluded.price,
    cost = excluded.cost,
    currency = excluded.currency,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id,
    event_version = excluded.event_version,
    event_offset = excluded.event_offset
WHERE (coalesce(t.event_version, -1), t.event_ts, t.event_offset, t.event_id) < (coalesce(excluded.event_version, -1), excluded.event_ts, excluded.event_offset, excluded.event_id);
