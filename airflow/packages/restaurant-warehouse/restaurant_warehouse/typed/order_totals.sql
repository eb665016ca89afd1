-- The statements of tables.py that are not generated from the event types. Table names are unqualified, so that a rebuild
-- can run the same statements on the shadow tables.

-- name: orders_with_children
-- The orders among these that already have payments, voids of payments or status changes.
SELECT order_id FROM payments WHERE order_id = ANY (%(order_ids)b)
UNION
SELECT order_id FROM payment_voids WHERE order_id = ANY (%(order_ids)b)
UNION
SELECT order_id FROM order_status_history WHERE order_id = ANY (%(order_ids)b)

-- name: refresh_orders
-- Computes the derived columns of these orders from all their payments and status changes. A payment that was voided, or
-- that a snapshot of the order no longer has, adds no money.
-- The result does not depend on the order in which the events arrived.
WITH derived AS (
    SELECT
        o.order_id,
        coalesce(s.status, 'pending') AS status,
        p.subtotal,
        p.tax,
        p.tip,
        p.total,
        greatest(o.created_at, p.last_ts, v.last_ts, s.last_ts) AS updated_at
    FROM unnest(%(order_ids)b::uuid[]) AS t (order_id)
    JOIN orders AS o USING (order_id)
    LEFT JOIN LATERAL (
        SELECT
            sum(c.subtotal) FILTER (WHERE w.payment_id IS NULL AND NOT c.is_replaced) AS subtotal,
            sum(c.tax) FILTER (WHERE w.payment_id IS NULL AND NOT c.is_replaced) AS tax,
            sum(c.tip) FILTER (WHERE w.payment_id IS NULL AND NOT c.is_replaced) AS tip,
            sum(c.total) FILTER (WHERE w.payment_id IS NULL AND NOT c.is_replaced) AS total,
            max(c.event_ts) AS last_ts
        FROM payments AS c
        LEFT JOIN payment_voids AS w
            ON w.payment_id = c.payment_id AND w.order_id = c.order_id AND NOT w.is_replaced
        WHERE c.order_id = t.order_id
    ) AS p ON true
    LEFT JOIN LATERAL (
        SELECT max(event_ts) AS last_ts FROM payment_voids AS w WHERE w.order_id = t.order_id
    ) AS v ON true
    LEFT JOIN LATERAL (
        -- The order of change_order.py.
        SELECT max(h.event_ts) AS last_ts,
            (array_agg(h.status ORDER BY coalesce(h.event_version, -1) DESC, h.changed_ts DESC,
                analytics.status_place(h.status) DESC, h.event_offset DESC, h.event_id DESC))[1] AS status
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
  -- Compared as text, because 1 and 1.00 are equal numbers.
  AND ROW(o.status, o.subtotal, o.tax, o.tip, o.total, o.updated_at)::text
      <> ROW(d.status, d.subtotal, d.tax, d.tip, d.total, d.updated_at)::text
