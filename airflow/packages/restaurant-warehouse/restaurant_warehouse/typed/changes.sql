-- More statements of merge.py: the changes of what orders refer to. A change is keyed by what it changes and from when on;
-- of two events that tell of one change the greater (ts, event_id) wins. See merge.sql for names and times.

-- name: menu_item_changed
-- One row a change of an item of the menu.
WITH newest AS (
    SELECT DISTINCT ON (menu_item_id, changed_ts)
        payload ->> 'menu_item_id' AS menu_item_id,
        payload ->> 'name' AS name,
        payload ->> 'category' AS category,
        (payload ->> 'price')::numeric AS price,
        (payload ->> 'cost')::numeric AS cost,
        regexp_replace(payload ->> 'changed_ts', '(\.\d{6})\d+', '\1')::timestamptz
            + ((payload ->> 'changed_ts') ~ '\.\d{6}[5-9]')::integer * interval '1 microsecond' AS changed_ts,
        ts,
        event_id
    FROM incoming
    WHERE event_type = 'menu_item_changed'
    ORDER BY menu_item_id, changed_ts, ts DESC, event_id DESC
)
INSERT INTO menu_item_changes AS t (menu_item_id, name, category, price, cost, changed_ts, event_ts, event_id)
SELECT menu_item_id, name, category, price, cost, changed_ts, ts, event_id
FROM newest
ON CONFLICT (menu_item_id, changed_ts) DO UPDATE SET
    name = excluded.name,
    category = excluded.category,
    price = excluded.price,
    cost = excluded.cost,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id
WHERE (t.event_ts, t.event_id) < (excluded.event_ts, excluded.event_id)

-- name: customer_changed
-- One row a change of a guest.
WITH newest AS (
    SELECT DISTINCT ON (customer_id, changed_ts)
        payload ->> 'customer_id' AS customer_id,
        payload ->> 'city' AS city,
        payload ->> 'membership' AS membership,
        regexp_replace(payload ->> 'changed_ts', '(\.\d{6})\d+', '\1')::timestamptz
            + ((payload ->> 'changed_ts') ~ '\.\d{6}[5-9]')::integer * interval '1 microsecond' AS changed_ts,
        ts,
        event_id
    FROM incoming
    WHERE event_type = 'customer_changed'
    ORDER BY customer_id, changed_ts, ts DESC, event_id DESC
)
INSERT INTO customer_changes AS t (customer_id, city, membership, changed_ts, event_ts, event_id)
SELECT customer_id, city, membership, changed_ts, ts, event_id
FROM newest
ON CONFLICT (customer_id, changed_ts) DO UPDATE SET
    city = excluded.city,
    membership = excluded.membership,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id
WHERE (t.event_ts, t.event_id) < (excluded.event_ts, excluded.event_id)
