CREATE OR REPLACE FUNCTION analytics.reference_violations()
RETURNS TABLE (check_name text, id uuid, arrived_at timestamptz, details jsonb)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH orphans AS (
        SELECT 'order_items' AS child, order_item_id AS id, order_id AS parent, event_id,
            coalesce(snapshot_ts, event_ts) AS event_ts
        FROM analytics.order_items AS c
        WHERE NOT EXISTS (SELECT FROM analytics.orders AS o WHERE o.order_id = c.order_id)
        UNION ALL
        SELECT 'payments', payment_id, order_id, event_id, coalesce(snapshot_ts, event_ts)
        FROM analytics.payments AS c
        WHERE NOT EXISTS (SELECT FROM analytics.orders AS o WHERE o.order_id = c.order_id)
        UNION ALL
        SELECT 'order_status_history', event_id, order_id, event_id, event_ts
        FROM analytics.order_status_history AS c
        WHERE NOT EXISTS (SELECT FROM analytics.orders AS o WHERE o.order_id = c.order_id)
        UNION ALL
        SELECT 'refunds', refund_id, payment_id, event_id, coalesce(snapshot_ts, event_ts)
        FROM analytics.refunds AS c
        WHERE NOT EXISTS (SELECT FROM analytics.payments AS p WHERE p.payment_id = c.payment_id)
        UNION ALL
        SELECT 'feedback', feedback_id, order_id, event_id, event_ts
        FROM analytics.feedback AS c
        WHERE order_id IS NOT NULL
            AND NOT EXISTS (SELECT FROM analytics.orders AS o WHERE o.order_id = c.order_id)
    )
    SELECT 'nothing_orphaned', orphans.id, r.ingested_at, jsonb_build_object('table', child, 'parent', parent)
    FROM orphans
    LEFT JOIN raw_data.events_raw AS r ON r.event_id = orphans.event_id AND r.ts = orphans.event_ts
    UNION ALL
    SELECT 'orders_follow_their_events', o.order_id, NULL, jsonb_build_object(
        'status', o.status, 'expected_status', coalesce(s.status, 'pending'),
        'money', jsonb_build_array(o.subtotal, o.tax, o.tip, o.total),
        'expected_money', jsonb_build_array(p.subtotal, p.tax, p.tip, p.total))
    FROM analytics.orders AS o
    LEFT JOIN (
        SELECT DISTINCT ON (h.order_id) h.order_id, h.status
        FROM analytics.order_status_history AS h
        ORDER BY h.order_id, coalesce(h.event_version, -1) DESC, h.changed_ts DESC, analytics.status_place(h.status) DESC,
            h.event_offset DESC, h.event_id DESC
    ) AS s ON s.order_id = o.order_id
    LEFT JOIN (
        SELECT order_id, sum(subtotal) AS subtotal, sum(tax) AS tax, sum(tip) AS tip, sum(total) AS total
        FROM analytics.captured_payments
        GROUP BY order_id
    ) AS p ON p.order_id = o.order_id
    WHERE o.status <> coalesce(s.status, 'pending')
        OR (o.subtotal, o.tax, o.tip, o.total) IS DISTINCT FROM (p.subtotal, p.tax, p.tip, p.total)
$$;

COMMENT ON FUNCTION analytics.reference_violations() IS
    'Every typed row whose order or payment is missing, and every order whose status or money differs from its status changes and payments. For validate_data_consistency().';
