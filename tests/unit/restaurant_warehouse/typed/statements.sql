-- name: customer_changed
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

-- name: feedback_submitted
COPY feedback (feedback_id, order_id, customer_id, rating, nps, comment, created_ts, event_ts, event_id, event_version, event_offset) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT DISTINCT ON (feedback_id)
        (payload ->> 'feedback_id')::uuid AS feedback_id,
        (payload ->> 'order_id')::uuid AS order_id,
        payload ->> 'customer_id' AS customer_id,
        (payload ->> 'rating')::integer AS rating,
        (payload ->> 'nps')::integer AS nps,
        payload ->> 'comment' AS comment,
        analytics.moment(payload ->> 'created_ts') AS created_ts,
        ts AS event_ts,
        event_id,
        version AS event_version,
        event_offset
    FROM incoming
    WHERE event_type = 'feedback_submitted'
    ORDER BY feedback_id, coalesce(version, -1) DESC, ts DESC, event_offset DESC, event_id DESC
)
INSERT INTO feedback AS t (feedback_id, order_id, customer_id, rating, nps, comment, created_ts, event_ts, event_id, event_version, event_offset)
SELECT feedback_id, order_id, customer_id, rating, nps, comment, created_ts, event_ts, event_id, event_version, event_offset
FROM newest
ON CONFLICT (feedback_id) DO UPDATE SET
    order_id = excluded.order_id,
    customer_id = excluded.customer_id,
    rating = excluded.rating,
    nps = excluded.nps,
    comment = excluded.comment,
    created_ts = excluded.created_ts,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id,
    event_version = excluded.event_version,
    event_offset = excluded.event_offset
WHERE (coalesce(t.event_version, -1), t.event_ts, t.event_offset, t.event_id) < (coalesce(excluded.event_version, -1), excluded.event_ts, excluded.event_offset, excluded.event_id);

-- name: menu_item_changed
COPY menu_item_changes (menu_item_id, name, category, price, cost, changed_ts, event_ts, event_id, event_version, event_offset) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT DISTINCT ON (menu_item_id, changed_ts)
        payload ->> 'menu_item_id' AS menu_item_id,
        payload ->> 'name' AS name,
        payload ->> 'category' AS category,
        (payload ->> 'price')::numeric AS price,
        (payload ->> 'cost')::numeric AS cost,
        analytics.moment(payload ->> 'changed_ts') AS changed_ts,
        ts AS event_ts,
        event_id,
        version AS event_version,
        event_offset
    FROM incoming
    WHERE event_type = 'menu_item_changed'
    ORDER BY menu_item_id, changed_ts, coalesce(version, -1) DESC, ts DESC, event_offset DESC, event_id DESC
)
INSERT INTO menu_item_changes AS t (menu_item_id, name, category, price, cost, changed_ts, event_ts, event_id, event_version, event_offset)
SELECT menu_item_id, name, category, price, cost, changed_ts, event_ts, event_id, event_version, event_offset
FROM newest
ON CONFLICT (menu_item_id, changed_ts) DO UPDATE SET
    name = excluded.name,
    category = excluded.category,
    price = excluded.price,
    cost = excluded.cost,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id,
    event_version = excluded.event_version,
    event_offset = excluded.event_offset
WHERE (coalesce(t.event_version, -1), t.event_ts, t.event_offset, t.event_id) < (coalesce(excluded.event_version, -1), excluded.event_ts, excluded.event_offset, excluded.event_id);

-- name: order_created
COPY orders (order_id, visit_id, service_type, order_ts, location_code, customer_id, city, scheduled_for, created_at, event_ts, event_id, event_version, event_offset, status, subtotal, tax, tip, total, updated_at) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT DISTINCT ON (order_id)
        (payload ->> 'order_id')::uuid AS order_id,
        payload ->> 'visit_id' AS visit_id,
        payload ->> 'service_type' AS service_type,
        analytics.moment(payload ->> 'order_ts') AS order_ts,
        payload ->> 'location_code' AS location_code,
        payload ->> 'customer_id' AS customer_id,
        payload ->> 'city' AS city,
        analytics.moment(payload ->> 'scheduled_for') AS scheduled_for,
        ts AS created_at,
        ts AS event_ts,
        event_id,
        version AS event_version,
        event_offset
    FROM incoming
    WHERE event_type = 'order_created'
    ORDER BY order_id, coalesce(version, -1) DESC, ts DESC, event_offset DESC, event_id DESC
)
INSERT INTO orders AS t (order_id, visit_id, service_type, order_ts, location_code, customer_id, city, scheduled_for, created_at, event_ts, event_id, event_version, event_offset, updated_at)
SELECT order_id, visit_id, service_type, order_ts, location_code, customer_id, city, scheduled_for, created_at, event_ts, event_id, event_version, event_offset, event_ts
FROM newest
ON CONFLICT (order_id) DO UPDATE SET
    visit_id = excluded.visit_id,
    service_type = excluded.service_type,
    order_ts = excluded.order_ts,
    location_code = excluded.location_code,
    customer_id = excluded.customer_id,
    city = excluded.city,
    scheduled_for = excluded.scheduled_for,
    created_at = excluded.created_at,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id,
    event_version = excluded.event_version,
    event_offset = excluded.event_offset,
    updated_at = greatest(t.updated_at, excluded.updated_at)
WHERE (coalesce(t.event_version, -1), t.event_ts, t.event_offset, t.event_id) < (coalesce(excluded.event_version, -1), excluded.event_ts, excluded.event_offset, excluded.event_id)
RETURNING old.order_id, new.order_id;

-- name: order_item_added
COPY order_items (order_item_id, order_id, menu_item_id, category, item_name, unit_price, qty, extended_price, event_ts, event_id, event_version, event_offset) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

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
        ts AS event_ts,
        event_id,
        version AS event_version,
        event_offset
    FROM incoming
    WHERE event_type = 'order_item_added'
    ORDER BY order_item_id, coalesce(version, -1) DESC, ts DESC, event_offset DESC, event_id DESC
)
INSERT INTO order_items AS t (order_item_id, order_id, menu_item_id, category, item_name, unit_price, qty, extended_price, event_ts, event_id, event_version, event_offset)
SELECT order_item_id, order_id, menu_item_id, category, item_name, unit_price, qty, extended_price, event_ts, event_id, event_version, event_offset
FROM newest
ON CONFLICT (order_item_id) DO UPDATE SET
    order_id = excluded.order_id,
    menu_item_id = excluded.menu_item_id,
    category = excluded.category,
    item_name = excluded.item_name,
    unit_price = excluded.unit_price,
    qty = excluded.qty,
    extended_price = excluded.extended_price,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id,
    event_version = excluded.event_version,
    event_offset = excluded.event_offset
WHERE (coalesce(t.event_version, -1), t.event_ts, t.event_offset, t.event_id) < (coalesce(excluded.event_version, -1), excluded.event_ts, excluded.event_offset, excluded.event_id);

-- name: order_status_changed
COPY order_status_history (order_id, status, changed_ts, event_ts, event_id, event_version, event_offset) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT
        (payload ->> 'order_id')::uuid AS order_id,
        payload ->> 'status' AS status,
        analytics.moment(payload ->> 'changed_ts') AS changed_ts,
        ts AS event_ts,
        event_id,
        version AS event_version,
        event_offset
    FROM incoming
    WHERE event_type = 'order_status_changed'
)
INSERT INTO order_status_history AS t (order_id, status, changed_ts, event_ts, event_id, event_version, event_offset)
SELECT order_id, status, changed_ts, event_ts, event_id, event_version, event_offset
FROM newest
ON CONFLICT (event_id) DO NOTHING
RETURNING old.order_id, new.order_id;

-- name: payment_captured
COPY payments (payment_id, order_id, method, provider, amount, auth_code, subtotal, tax, tip, total, location_code, processed_at, event_ts, event_id, event_version, event_offset) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT DISTINCT ON (payment_id)
        (payload ->> 'payment_id')::uuid AS payment_id,
        (payload ->> 'order_id')::uuid AS order_id,
        payload ->> 'method' AS method,
        payload ->> 'provider' AS provider,
        (payload ->> 'amount')::numeric AS amount,
        payload ->> 'auth_code' AS auth_code,
        (payload ->> 'subtotal')::numeric AS subtotal,
        (payload ->> 'tax')::numeric AS tax,
        (payload ->> 'tip')::numeric AS tip,
        (payload ->> 'total')::numeric AS total,
        payload ->> 'location_code' AS location_code,
        ts AS processed_at,
        ts AS event_ts,
        event_id,
        version AS event_version,
        event_offset
    FROM incoming
    WHERE event_type = 'payment_captured'
    ORDER BY payment_id, coalesce(version, -1) DESC, ts DESC, event_offset DESC, event_id DESC
)
INSERT INTO payments AS t (payment_id, order_id, method, provider, amount, auth_code, subtotal, tax, tip, total, location_code, processed_at, event_ts, event_id, event_version, event_offset)
SELECT payment_id, order_id, method, provider, amount, auth_code, subtotal, tax, tip, total, location_code, processed_at, event_ts, event_id, event_version, event_offset
FROM newest
ON CONFLICT (payment_id) DO UPDATE SET
    order_id = excluded.order_id,
    method = excluded.method,
    provider = excluded.provider,
    amount = excluded.amount,
    auth_code = excluded.auth_code,
    subtotal = excluded.subtotal,
    tax = excluded.tax,
    tip = excluded.tip,
    total = excluded.total,
    location_code = excluded.location_code,
    processed_at = excluded.processed_at,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id,
    event_version = excluded.event_version,
    event_offset = excluded.event_offset
WHERE (coalesce(t.event_version, -1), t.event_ts, t.event_offset, t.event_id) < (coalesce(excluded.event_version, -1), excluded.event_ts, excluded.event_offset, excluded.event_id)
RETURNING old.order_id, new.order_id;

-- name: payment_refunded
COPY refunds (refund_id, payment_id, order_id, amount, reason, refunded_ts, event_ts, event_id, event_version, event_offset) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT DISTINCT ON (refund_id)
        (payload ->> 'refund_id')::uuid AS refund_id,
        (payload ->> 'payment_id')::uuid AS payment_id,
        (payload ->> 'order_id')::uuid AS order_id,
        (payload ->> 'amount')::numeric AS amount,
        payload ->> 'reason' AS reason,
        analytics.moment(payload ->> 'refunded_ts') AS refunded_ts,
        ts AS event_ts,
        event_id,
        version AS event_version,
        event_offset
    FROM incoming
    WHERE event_type = 'payment_refunded'
    ORDER BY refund_id, coalesce(version, -1) DESC, ts DESC, event_offset DESC, event_id DESC
)
INSERT INTO refunds AS t (refund_id, payment_id, order_id, amount, reason, refunded_ts, event_ts, event_id, event_version, event_offset)
SELECT refund_id, payment_id, order_id, amount, reason, refunded_ts, event_ts, event_id, event_version, event_offset
FROM newest
ON CONFLICT (refund_id) DO UPDATE SET
    payment_id = excluded.payment_id,
    order_id = excluded.order_id,
    amount = excluded.amount,
    reason = excluded.reason,
    refunded_ts = excluded.refunded_ts,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id,
    event_version = excluded.event_version,
    event_offset = excluded.event_offset
WHERE (coalesce(t.event_version, -1), t.event_ts, t.event_offset, t.event_id) < (coalesce(excluded.event_version, -1), excluded.event_ts, excluded.event_offset, excluded.event_id);
