CREATE OR REPLACE FUNCTION analytics.rollup_delta_menu(before timestamptz DEFAULT 'infinity')
RETURNS TABLE (
    hour timestamptz, category text, item_name text,
    times_ordered bigint, quantity numeric, priced_lines bigint, revenue numeric,
    unit_priced_lines bigint, unit_prices numeric
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
ROWS 200
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
    ), live AS (
        SELECT i.event_ts, i.category, i.item_name, i.qty, i.unit_price, i.extended_price, o.status
        FROM analytics.order_lines AS i
        LEFT JOIN analytics.orders AS o ON o.order_id = i.order_id
        WHERE i.event_ts >= mark AND i.event_ts < before AND NOT i.is_voided AND NOT i.is_gift_card
        UNION ALL
        SELECT i.*
        FROM stale AS s
        CROSS JOIN LATERAL (
            SELECT i.event_ts, i.category, i.item_name, i.qty, i.unit_price, i.extended_price,
                (SELECT o.status FROM analytics.orders AS o WHERE o.order_id = i.order_id) AS status
            FROM analytics.order_lines AS i
            WHERE i.event_ts >= s.hour AND i.event_ts < s.hour + interval '1 hour' AND NOT i.is_voided
                AND NOT i.is_gift_card
            OFFSET 0 -- by the index for each hour, whatever number the planner expects
        ) AS i
    )
    SELECT date_trunc('hour', i.event_ts, 'UTC'), i.category, i.item_name,
        count(*), sum(i.qty), count(i.extended_price), coalesce(sum(i.extended_price), 0),
        count(i.unit_price), coalesce(sum(i.unit_price), 0)
    FROM live AS i
    WHERE i.status IS DISTINCT FROM 'cancelled'
    GROUP BY date_trunc('hour', i.event_ts, 'UTC'), i.category, i.item_name
    UNION ALL
    SELECT r.hour, r.category, r.item_name, -r.times_ordered, -r.quantity, -r.priced_lines, -r.revenue,
        -r.unit_priced_lines, -r.unit_prices
    FROM stale AS s
    JOIN analytics.rollup_menu_hours AS r ON r.hour = s.hour;
END
$$;

COMMENT ON FUNCTION analytics.rollup_delta_menu(timestamptz) IS
    'What must be added to rollup_menu_hours to get the menu sales of now: see rollup_delta_sales.';
