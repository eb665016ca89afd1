CREATE OR REPLACE FUNCTION analytics.rollup_diff_deductions(before timestamptz DEFAULT 'infinity')
RETURNS TABLE (hour timestamptz, category text, item_name text, deductions numeric, currency text)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
ROWS 50
AS $$
DECLARE
    mark timestamptz;
BEGIN
    SELECT w.closed_before INTO STRICT mark FROM analytics.rollup_watermark AS w;
    RETURN QUERY
    WITH stale AS MATERIALIZED (
        SELECT DISTINCT i.hour
        FROM analytics.rollup_invalidations AS i
        WHERE i.rollup = 'menu' AND i.hour < mark AND i.hour < before
    ), spans AS (
        SELECT mark AS since, before AS until
        UNION ALL
        SELECT s.hour, s.hour + interval '1 hour' FROM stale AS s
    ), concerned_orders AS (
        SELECT s.since, s.until, i.order_id
        FROM spans AS s
        CROSS JOIN LATERAL (
            SELECT i.order_id
            FROM analytics.order_items AS i
            CROSS JOIN LATERAL (
                SELECT FROM analytics.deducted_orders AS d WHERE d.order_id = i.order_id LIMIT 1
            ) AS d
            WHERE i.event_ts >= s.since AND i.event_ts < s.until
            UNION
            -- The lines of an order for later belong to the hour for which it is scheduled.
            SELECT o.order_id
            FROM analytics.orders AS o
            CROSS JOIN LATERAL (
                SELECT FROM analytics.deducted_orders AS d WHERE d.order_id = o.order_id LIMIT 1
            ) AS d
            WHERE o.scheduled_for >= s.since AND o.scheduled_for < s.until
            OFFSET 0 -- by the index for each hour, whatever number the planner expects
        ) AS i
    )
    SELECT date_trunc('hour', t.at, 'UTC'), d.category, d.item_name, sum(d.deduction),
        coalesce(d.currency, o.currency, analytics.default_currency())
    FROM concerned_orders AS f
    LEFT JOIN analytics.orders_now AS o ON o.order_id = f.order_id
    CROSS JOIN LATERAL analytics.line_deductions(f.order_id) AS d
    CROSS JOIN LATERAL (SELECT coalesce(o.scheduled_for, d.event_ts) AS at) AS t
    WHERE o.status IS DISTINCT FROM 'cancelled' AND coalesce(o.business_ts <= analytics.present(), true)
        AND t.at >= f.since AND t.at < f.until
    GROUP BY date_trunc('hour', t.at, 'UTC'), d.category, d.item_name,
        coalesce(d.currency, o.currency, analytics.default_currency())
    UNION ALL
    SELECT r.hour, r.category, r.item_name, -r.deductions, r.currency
    FROM stale AS s
    JOIN analytics.rollup_menu_hours AS r ON r.hour = s.hour
    WHERE r.deductions <> 0;
END
$$;

COMMENT ON FUNCTION analytics.rollup_diff_deductions(timestamptz) IS
    'What must be added to the deductions of rollup_menu_hours to get those of now: see rollup_diff_sales.';
