CREATE OR REPLACE FUNCTION analytics.hours_of_movements(order_ids uuid[], before timestamptz)
RETURNS SETOF timestamptz
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT DISTINCT date_trunc('hour', m.moved_at, 'UTC')
    FROM unnest(order_ids) AS o (order_id)
    CROSS JOIN LATERAL (
        -- From the tables: cash_movements is without those whose time has not come.
        SELECT p.event_ts AS moved_at FROM analytics.payments AS p WHERE p.order_id = o.order_id
        UNION ALL
        SELECT r.refunded_ts FROM analytics.refunds AS r WHERE r.order_id = o.order_id
        OFFSET 0 -- by the index for each order
    ) AS m
    WHERE m.moved_at < before;
$$;

COMMENT ON FUNCTION analytics.hours_of_movements(uuid[], timestamptz) IS
    'The hours before an instant in which money moved for these orders. Part of trg_invalidate_orders().';
