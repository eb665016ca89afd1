CREATE OR REPLACE FUNCTION analytics.rollup_diff_sales(before timestamptz DEFAULT 'infinity')
RETURNS TABLE (
    hour timestamptz, location_code text, service_type text, business_date date, daypart text, city text,
    order_count bigint, cancelled_orders bigint, pending bigint, preparing bigint, ready bigint,
    paid_orders bigint, premium_orders bigint, subtotal numeric, tax numeric, tip numeric, total numeric,
    premium_total numeric, refund_count bigint, refunded numeric, currency text
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
ROWS 200
AS $$
DECLARE
    mark timestamptz;
    home constant text := analytics.default_currency();
    premium constant numeric := analytics.money_threshold('premium_order', home);
BEGIN
    -- In a variable, so that the planner knows the value and estimates how many orders come after it.
    SELECT w.closed_before INTO STRICT mark FROM analytics.rollup_watermark AS w;
    RETURN QUERY
    WITH stale AS MATERIALIZED (
        SELECT DISTINCT i.hour, i.location_code
        FROM analytics.rollup_invalidations AS i
        WHERE i.rollup = 'sales' AND i.hour < mark AND i.hour < before
    ), live AS (
        SELECT o.business_ts, o.location_code, o.service_type, o.city, o.status,
            1 AS orders, o.subtotal, o.tax, o.tip, o.total, 0::bigint AS refund_count, 0::numeric AS refunded, o.currency
        FROM analytics.due_orders AS o
        WHERE o.business_ts >= mark AND o.business_ts < before
        UNION ALL
        SELECT o.business_ts, o.location_code, o.service_type, o.city, o.status, 0, NULL, NULL, NULL, NULL, 1, r.amount,
            o.currency
        FROM analytics.due_orders AS o
        JOIN analytics.refunds AS r ON r.order_id = o.order_id AND NOT r.is_replaced AND r.refunded_ts <= analytics.present()
        WHERE o.business_ts >= mark AND o.business_ts < before
        UNION ALL
        SELECT o.*
        FROM stale AS s
        CROSS JOIN LATERAL (
            SELECT o.business_ts, o.location_code, o.service_type, o.city, o.status,
                1, o.subtotal, o.tax, o.tip, o.total, r.refund_count, coalesce(r.refunded, 0), o.currency
            FROM analytics.due_orders AS o
            CROSS JOIN LATERAL (
                SELECT count(*) AS refund_count, sum(r.amount) AS refunded
                FROM analytics.refunds AS r
                WHERE r.order_id = o.order_id AND NOT r.is_replaced AND r.refunded_ts <= analytics.present()
            ) AS r
            WHERE o.location_code = s.location_code AND o.business_ts >= s.hour AND o.business_ts < s.hour + interval '1 hour'
            OFFSET 0 -- by the index for each hour, whatever number the planner expects
        ) AS o
    ), placed AS (
        SELECT o.*, date_trunc('hour', o.business_ts, 'UTC') AS hour, coalesce(o.city, l.city) AS place,
            analytics.business_date(o.business_ts, l.time_zone, l.close_out) AS day,
            analytics.daypart(o.business_ts, l.time_zone) AS part,
            o.total >= CASE WHEN o.currency = home THEN premium
                ELSE analytics.money_threshold('premium_order', o.currency) END AS is_premium
        FROM live AS o
        LEFT JOIN analytics.locations AS l ON l.location_code = o.location_code
    )
    SELECT p.hour, p.location_code, p.service_type, p.day, p.part, p.place,
        coalesce(sum(p.orders) FILTER (WHERE p.status <> 'cancelled'), 0),
        coalesce(sum(p.orders) FILTER (WHERE p.status = 'cancelled'), 0),
        coalesce(sum(p.orders) FILTER (WHERE p.status = 'pending'), 0),
        coalesce(sum(p.orders) FILTER (WHERE p.status = 'preparing'), 0),
        coalesce(sum(p.orders) FILTER (WHERE p.status = 'ready'), 0),
        count(p.total) FILTER (WHERE p.status <> 'cancelled'),
        count(p.total) FILTER (WHERE p.status <> 'cancelled' AND p.is_premium),
        coalesce(sum(p.subtotal) FILTER (WHERE p.status <> 'cancelled'), 0),
        coalesce(sum(p.tax) FILTER (WHERE p.status <> 'cancelled'), 0),
        coalesce(sum(p.tip) FILTER (WHERE p.status <> 'cancelled'), 0),
        coalesce(sum(p.total) FILTER (WHERE p.status <> 'cancelled'), 0),
        coalesce(sum(p.total) FILTER (WHERE p.status <> 'cancelled' AND p.is_premium), 0),
        coalesce(sum(p.refund_count) FILTER (WHERE p.status <> 'cancelled'), 0)::bigint,
        coalesce(sum(p.refunded) FILTER (WHERE p.status <> 'cancelled'), 0),
        p.currency
    FROM placed AS p
    GROUP BY p.hour, p.location_code, p.service_type, p.day, p.part, p.place, p.currency
    UNION ALL
    SELECT r.hour, r.location_code, r.service_type, r.business_date, r.daypart, r.city,
        -r.order_count, -r.cancelled_orders, -r.pending, -r.preparing, -r.ready,
        -r.paid_orders, -r.premium_orders, -r.subtotal, -r.tax, -r.tip, -r.total,
        -r.premium_total, -r.refund_count, -r.refunded, r.currency
    FROM stale AS s
    JOIN analytics.rollup_sales_hours AS r ON r.location_code = s.location_code AND r.hour = s.hour;
END
$$;

COMMENT ON FUNCTION analytics.rollup_diff_sales(timestamptz) IS
    'What must be added to rollup_sales_hours to get the sales of now: orders after the watermark, and for each hour that changed since it was summed, its present sums minus the stored ones. `before` leaves out later hours.';
