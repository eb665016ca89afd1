CREATE OR REPLACE FUNCTION analytics.invalidate_lines(order_ids uuid[], before timestamptz)
RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO analytics.rollup_invalidations (rollup, hour)
    SELECT DISTINCT 'menu', date_trunc('hour', i.event_ts, 'UTC')
    FROM unnest(order_ids) AS o (order_id)
    CROSS JOIN LATERAL (
        SELECT i.event_ts FROM analytics.order_items AS i WHERE i.order_id = o.order_id
        OFFSET 0 -- by the index for each order
    ) AS i
    WHERE i.event_ts < before
$$;

COMMENT ON FUNCTION analytics.invalidate_lines(uuid[], timestamptz) IS
    'Part of trg_invalidate_orders(): writes the hours of the lines of these orders to rollup_invalidations, because the currency of the lines has changed. Those of an order for later are there already.';
