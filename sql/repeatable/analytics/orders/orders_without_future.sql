CREATE OR REPLACE FUNCTION analytics.orders_without_future()
RETURNS TABLE (order_id uuid, status text, subtotal numeric, tax numeric, tip numeric, total numeric)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
ROWS 1 -- so that the planner expects none
AS $$
BEGIN
    RETURN QUERY
    SELECT f.order_id, coalesce(s.status, 'pending'), p.subtotal, p.tax, p.tip, p.total
    FROM (
        SELECT DISTINCT e.order_id FROM analytics.future_events AS e WHERE e.until > analytics.present()
    ) AS f
    LEFT JOIN LATERAL (
        SELECT h.status
        FROM analytics.order_status_history AS h
        WHERE h.order_id = f.order_id AND h.changed_ts <= analytics.present()
        ORDER BY coalesce(h.event_version, -1) DESC, h.changed_ts DESC, analytics.status_place(h.status) DESC,
            h.event_offset DESC, h.event_id DESC
        LIMIT 1
    ) AS s ON true
    CROSS JOIN LATERAL (
        SELECT sum(p.subtotal) AS subtotal, sum(p.tax) AS tax, sum(p.tip) AS tip, sum(p.total) AS total
        FROM analytics.captured_payments AS p
        WHERE p.order_id = f.order_id
    ) AS p;
END
$$;

COMMENT ON FUNCTION analytics.orders_without_future() IS
    'The derived columns of the orders that have an event in the future (future_events), without these events: status and money as they are at present. Empty almost always. For orders_now.';
