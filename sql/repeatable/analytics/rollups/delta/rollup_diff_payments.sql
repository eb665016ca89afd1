CREATE OR REPLACE FUNCTION analytics.rollup_diff_payments(before timestamptz DEFAULT 'infinity')
RETURNS TABLE (
    hour timestamptz, location_code text, business_date date, method text, provider text,
    payments bigint, amount numeric, tip numeric, currency text
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
        SELECT DISTINCT i.hour, i.location_code
        FROM analytics.rollup_invalidations AS i
        WHERE i.rollup = 'sales' AND i.hour < mark AND i.hour < before
    ), live AS (
        SELECT o.business_ts, o.location_code, p.method, p.provider, p.amount, p.tip,
            coalesce(p.currency, o.currency) AS currency
        FROM analytics.due_orders AS o
        JOIN analytics.captured_payments AS p ON p.order_id = o.order_id
        WHERE o.business_ts >= mark AND o.business_ts < before AND o.status <> 'cancelled'
        UNION ALL
        SELECT o.*
        FROM stale AS s
        CROSS JOIN LATERAL (
            SELECT o.business_ts, o.location_code, p.method, p.provider, p.amount, p.tip,
                coalesce(p.currency, o.currency) AS currency
            FROM analytics.due_orders AS o
            CROSS JOIN LATERAL (
                SELECT p.method, p.provider, p.amount, p.tip, p.currency
                FROM analytics.captured_payments AS p
                WHERE p.order_id = o.order_id
                OFFSET 0
            ) AS p
            WHERE o.location_code = s.location_code AND o.business_ts >= s.hour AND o.business_ts < s.hour + interval '1 hour'
                AND o.status <> 'cancelled'
            OFFSET 0 -- by the index for each hour, whatever number the planner expects
        ) AS o
    ), placed AS (
        SELECT o.*, date_trunc('hour', o.business_ts, 'UTC') AS hour,
            analytics.business_date(o.business_ts, l.time_zone, l.close_out) AS day
        FROM live AS o
        LEFT JOIN analytics.locations AS l ON l.location_code = o.location_code
    )
    SELECT p.hour, p.location_code, p.day, p.method, p.provider, count(*), sum(p.amount), sum(p.tip),
        p.currency
    FROM placed AS p
    GROUP BY p.hour, p.location_code, p.day, p.method, p.provider, p.currency
    UNION ALL
    SELECT r.hour, r.location_code, r.business_date, r.method, r.provider, -r.payments, -r.amount, -r.tip,
        r.currency
    FROM stale AS s
    JOIN analytics.rollup_payment_hours AS r ON r.location_code = s.location_code AND r.hour = s.hour;
END
$$;

COMMENT ON FUNCTION analytics.rollup_diff_payments(timestamptz) IS
    'What must be added to rollup_payment_hours to get the payments of now: see rollup_diff_sales.';
