CREATE OR REPLACE FUNCTION analytics.arrived_bills(since timestamptz, until timestamptz)
RETURNS TABLE (
    order_id uuid, location_code text, happened_at timestamptz, captured numeric, stated numeric, shares numeric,
    verdict text
)
LANGUAGE sql
STABLE
ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT b.order_id, b.location_code, b.happened_at, b.captured, b.stated, b.shares,
        analytics.bill_verdict(b.captured, b.stated, b.tips, b.cash, b.parts_gap, b.payments,
            coalesce(b.stated_currency, o.currency, l.currency, analytics.default_currency()))
    FROM (
        SELECT
            p.order_id,
            min(p.location_code) AS location_code,
            min(p.processed_at) AS happened_at,
            sum(p.amount) AS captured,
            sum(p.total) AS stated,
            sum(analytics.payment_parts(p)) AS shares,
            sum(p.tip) AS tips,
            coalesce(sum(p.amount) FILTER (WHERE lower(p.method) = 'cash'), 0) AS cash,
            max(abs(analytics.payment_parts(p) - p.total)) AS parts_gap,
            count(*) AS payments,
            min(p.currency) AS stated_currency
        FROM analytics.payments AS p
        WHERE p.order_id IN (
            SELECT a.order_id FROM analytics.arrived_events(since, until, NULL) AS a)
            AND NOT p.is_replaced
            AND NOT EXISTS (
                SELECT FROM analytics.payment_voids AS v
                WHERE v.payment_id = p.payment_id AND v.order_id = p.order_id AND NOT v.is_replaced)
        GROUP BY p.order_id
    ) AS b
    LEFT JOIN analytics.orders AS o ON o.order_id = b.order_id
    LEFT JOIN analytics.locations AS l ON l.location_code = coalesce(o.location_code, b.location_code)
$$;

COMMENT ON FUNCTION analytics.arrived_bills(timestamptz, timestamptz) IS
    'The payments of each order of which an event arrived in a window, and the verdict of bill_verdict(). For the rules payments_add_up and payments_are_usual.';
