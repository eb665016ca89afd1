-- The statements of merge.py: from the events of one batch (`incoming`) to the typed tables.
-- Of two events that claim one key the greater (ts, event_id) wins, so that any order gives the same rows. Tables go by
-- unqualified names, so that a rebuild can run the same statements in a shadow schema. Where an event changes late columns
-- of orders, its statement returns their ids. Times are rounded to microseconds as the contract rounds them, half up;
-- a cast alone would go by way of a binary fraction.

-- name: copy_incoming
-- What was read, as it was read.
COPY incoming (stream_id, event_offset, event_id, event_type, ts, partition_key, content_hash, payload) FROM STDIN

-- name: orders_with_children
-- Of these orders, those that have payments or status changes already.
SELECT order_id FROM payments WHERE order_id = ANY (%(order_ids)b)
UNION
SELECT order_id FROM order_status_history WHERE order_id = ANY (%(order_ids)b)

-- name: order_created
-- The order's own columns.
WITH newest AS (
    SELECT DISTINCT ON ((payload ->> 'order_id')::uuid)
        (payload ->> 'order_id')::uuid AS order_id,
        payload ->> 'visit_id' AS visit_id,
        payload ->> 'service_type' AS service_type,
        regexp_replace(payload ->> 'order_ts', '(\.\d{6})\d+', '\1')::timestamptz
            + ((payload ->> 'order_ts') ~ '\.\d{6}[5-9]')::integer * interval '1 microsecond' AS order_ts,
        payload ->> 'location_code' AS location_code,
        payload ->> 'customer_id' AS customer_id,
        payload ->> 'city' AS city,
        ts,
        event_id
    FROM incoming
    WHERE event_type = 'order_created'
    ORDER BY (payload ->> 'order_id')::uuid, ts DESC, event_id DESC
)
INSERT INTO orders AS o
    (order_id, visit_id, service_type, order_ts, location_code, customer_id, city,
     created_at, updated_at, event_ts, event_id)
SELECT order_id, visit_id, service_type, order_ts, location_code, customer_id, city, ts, ts, ts, event_id
FROM newest
ON CONFLICT (order_id) DO UPDATE SET
    visit_id = excluded.visit_id,
    service_type = excluded.service_type,
    order_ts = excluded.order_ts,
    location_code = excluded.location_code,
    customer_id = excluded.customer_id,
    city = excluded.city,
    created_at = excluded.created_at,
    updated_at = greatest(o.updated_at, excluded.created_at),
    event_ts = excluded.event_ts,
    event_id = excluded.event_id
WHERE (o.event_ts, o.event_id) < (excluded.event_ts, excluded.event_id)
RETURNING o.order_id

-- name: order_item_added
-- One row a line of an order.
WITH newest AS (
    SELECT DISTINCT ON ((payload ->> 'order_item_id')::uuid)
        (payload ->> 'order_item_id')::uuid AS order_item_id,
        (payload ->> 'order_id')::uuid AS order_id,
        payload ->> 'menu_item_id' AS menu_item_id,
        payload ->> 'category' AS category,
        payload ->> 'item_name' AS item_name,
        (payload ->> 'unit_price')::numeric AS unit_price,
        (payload ->> 'qty')::numeric AS qty,
        (payload ->> 'extended_price')::numeric AS extended_price,
        ts,
        event_id
    FROM incoming
    WHERE event_type = 'order_item_added'
    ORDER BY (payload ->> 'order_item_id')::uuid, ts DESC, event_id DESC
)
INSERT INTO order_items AS t
    (order_item_id, order_id, menu_item_id, category, item_name, unit_price, qty, extended_price, event_ts, event_id)
SELECT order_item_id, order_id, menu_item_id, category, item_name, unit_price, qty, extended_price, ts, event_id
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
    event_id = excluded.event_id
WHERE (t.event_ts, t.event_id) < (excluded.event_ts, excluded.event_id)

-- name: order_status_changed
-- Every change is kept; each is its own event, so nothing can collide.
INSERT INTO order_status_history (event_id, order_id, status, changed_ts, event_ts)
SELECT event_id, (payload ->> 'order_id')::uuid, payload ->> 'status', regexp_replace(payload ->> 'changed_ts', '(\.\d{6})\d+', '\1')::timestamptz
            + ((payload ->> 'changed_ts') ~ '\.\d{6}[5-9]')::integer * interval '1 microsecond', ts
FROM incoming
WHERE event_type = 'order_status_changed'
ON CONFLICT (event_id) DO NOTHING
RETURNING order_id

-- name: payment_captured
-- One row a payment. A later event may move it to another order: then both orders are touched.
WITH newest AS (
    SELECT DISTINCT ON ((payload ->> 'payment_id')::uuid)
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
        ts,
        event_id
    FROM incoming
    WHERE event_type = 'payment_captured'
    ORDER BY (payload ->> 'payment_id')::uuid, ts DESC, event_id DESC
), merged AS (
    INSERT INTO payments AS t
        (payment_id, order_id, method, provider, amount, auth_code, subtotal, tax, tip, total,
         location_code, processed_at, event_ts, event_id)
    SELECT payment_id, order_id, method, provider, amount, auth_code, subtotal, tax, tip, total,
           location_code, ts, ts, event_id
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
        event_id = excluded.event_id
    WHERE (t.event_ts, t.event_id) < (excluded.event_ts, excluded.event_id)
    RETURNING old.order_id AS old_order_id, new.order_id AS new_order_id
)
SELECT DISTINCT v.order_id
FROM merged CROSS JOIN LATERAL (VALUES (old_order_id), (new_order_id)) AS v (order_id)
WHERE v.order_id IS NOT NULL

-- name: payment_refunded
-- One row a refund.
WITH newest AS (
    SELECT DISTINCT ON ((payload ->> 'refund_id')::uuid)
        (payload ->> 'refund_id')::uuid AS refund_id,
        (payload ->> 'payment_id')::uuid AS payment_id,
        (payload ->> 'order_id')::uuid AS order_id,
        (payload ->> 'amount')::numeric AS amount,
        payload ->> 'reason' AS reason,
        regexp_replace(payload ->> 'refunded_ts', '(\.\d{6})\d+', '\1')::timestamptz
            + ((payload ->> 'refunded_ts') ~ '\.\d{6}[5-9]')::integer * interval '1 microsecond' AS refunded_ts,
        ts,
        event_id
    FROM incoming
    WHERE event_type = 'payment_refunded'
    ORDER BY (payload ->> 'refund_id')::uuid, ts DESC, event_id DESC
)
INSERT INTO refunds AS t (refund_id, payment_id, order_id, amount, reason, refunded_ts, event_ts, event_id)
SELECT refund_id, payment_id, order_id, amount, reason, refunded_ts, ts, event_id
FROM newest
ON CONFLICT (refund_id) DO UPDATE SET
    payment_id = excluded.payment_id,
    order_id = excluded.order_id,
    amount = excluded.amount,
    reason = excluded.reason,
    refunded_ts = excluded.refunded_ts,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id
WHERE (t.event_ts, t.event_id) < (excluded.event_ts, excluded.event_id)

-- name: feedback_submitted
-- One row a feedback.
WITH newest AS (
    SELECT DISTINCT ON ((payload ->> 'feedback_id')::uuid)
        (payload ->> 'feedback_id')::uuid AS feedback_id,
        (payload ->> 'order_id')::uuid AS order_id,
        payload ->> 'customer_id' AS customer_id,
        (payload ->> 'rating')::smallint AS rating,
        (payload ->> 'nps')::smallint AS nps,
        payload ->> 'comment' AS comment,
        regexp_replace(payload ->> 'created_ts', '(\.\d{6})\d+', '\1')::timestamptz
            + ((payload ->> 'created_ts') ~ '\.\d{6}[5-9]')::integer * interval '1 microsecond' AS created_ts,
        ts,
        event_id
    FROM incoming
    WHERE event_type = 'feedback_submitted'
    ORDER BY (payload ->> 'feedback_id')::uuid, ts DESC, event_id DESC
)
INSERT INTO feedback AS t (feedback_id, order_id, customer_id, rating, nps, comment, created_ts, event_ts, event_id)
SELECT feedback_id, order_id, customer_id, rating, nps, comment, created_ts, ts, event_id
FROM newest
ON CONFLICT (feedback_id) DO UPDATE SET
    order_id = excluded.order_id,
    customer_id = excluded.customer_id,
    rating = excluded.rating,
    nps = excluded.nps,
    comment = excluded.comment,
    created_ts = excluded.created_ts,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id
WHERE (t.event_ts, t.event_id) < (excluded.event_ts, excluded.event_id)

-- name: refresh_orders
-- The late columns of every order touched, from all of its children: whichever side came last, the outcome is the same.
WITH derived AS (
    SELECT
        o.order_id,
        coalesce(s.status, 'pending') AS status,
        p.subtotal,
        p.tax,
        p.tip,
        p.total,
        greatest(o.created_at, p.last_ts, s.last_ts) AS updated_at
    FROM unnest(%(order_ids)b::uuid[]) AS t (order_id)
    JOIN orders AS o USING (order_id)
    LEFT JOIN LATERAL (
        SELECT sum(subtotal) AS subtotal, sum(tax) AS tax, sum(tip) AS tip, sum(total) AS total,
               max(event_ts) AS last_ts
        FROM payments
        WHERE payments.order_id = t.order_id
    ) AS p ON true
    LEFT JOIN LATERAL (
        SELECT (array_agg(status ORDER BY changed_ts DESC, event_id DESC))[1] AS status, max(event_ts) AS last_ts
        FROM order_status_history AS h
        WHERE h.order_id = t.order_id
    ) AS s ON true
)
UPDATE orders AS o SET
    status = d.status,
    subtotal = d.subtotal,
    tax = d.tax,
    tip = d.tip,
    total = d.total,
    updated_at = d.updated_at
FROM derived AS d
WHERE o.order_id = d.order_id
  -- As shown: 1 and 1.00 are equal.
  AND ROW(o.status, o.subtotal, o.tax, o.tip, o.total, o.updated_at)::text
      <> ROW(d.status, d.subtotal, d.tax, d.tip, d.total, d.updated_at)::text
