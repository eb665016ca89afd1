CREATE OR REPLACE FUNCTION analytics.cash_of_hours(since timestamptz, until timestamptz, location text DEFAULT NULL)
RETURNS TABLE (
    hour timestamptz, location_code text, business_date date, orders bigint, items_total numeric, subtotal numeric,
    total numeric, paid numeric, tips numeric, refunded numeric, unpaid_orders bigint, unpriced_orders bigint,
    differing_orders bigint, difference numeric, evidence jsonb, currency text
)
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
ROWS 10
COST 10000
AS $$
BEGIN
    RETURN QUERY
    WITH bills AS MATERIALIZED (
        SELECT date_trunc('hour', o.business_ts, 'UTC') AS hour, o.location_code,
            analytics.business_date(o.business_ts, l.time_zone, l.close_out) AS day,
            o.order_id, o.status <> 'cancelled' AS counts, o.subtotal, o.tax, o.tip, o.total,
            CASE WHEN b.priced_lines > 0 THEN b.net_sales + b.gift_cards END AS priced, b.unpriced_items AS unpriced,
            b.collected AS amount, b.paid_charges, b.paid_discounts, b.rounding, r.amount AS refunded,
            o.currency
        FROM analytics.due_orders AS o
        LEFT JOIN analytics.locations AS l ON l.location_code = o.location_code
        CROSS JOIN LATERAL analytics.bill_of_order(o.order_id) AS b
        CROSS JOIN LATERAL (
            SELECT sum(r.amount) AS amount
            FROM analytics.refunds AS r
            WHERE r.order_id = o.order_id AND NOT r.is_replaced AND r.refunded_ts <= analytics.present()
        ) AS r
        WHERE o.business_ts >= since AND o.business_ts < until AND (location IS NULL OR o.location_code = location)
    ), differences AS (
        SELECT b.hour, b.location_code, b.day, b.currency, b.order_id, v.kind, v.expected, v.found,
            v.found - v.expected AS difference
        FROM bills AS b
        CROSS JOIN LATERAL (VALUES
            ('items', CASE WHEN b.counts AND b.unpriced = 0 THEN b.priced END, b.subtotal - b.paid_discounts),
            ('parts', CASE WHEN b.counts THEN b.subtotal + b.tax + b.tip + b.paid_charges - b.paid_discounts + b.rounding END,
                b.total),
            ('payments', CASE WHEN b.counts THEN b.total END, b.amount),
            ('unpaid', CASE WHEN b.counts AND b.amount IS NULL THEN coalesce(b.priced, 0) END, 0),
            ('cancelled', CASE WHEN NOT b.counts THEN 0 END, b.amount - coalesce(b.refunded, 0))
        ) AS v (kind, expected, found)
        WHERE v.expected <> v.found OR (v.kind = 'unpaid' AND v.expected IS NOT NULL)
    ), ranked AS (
        SELECT d.*, row_number() OVER (
            PARTITION BY d.hour, d.location_code, d.day, d.currency ORDER BY abs(d.difference) DESC, d.order_id, d.kind
        ) AS place
        FROM differences AS d
    ), found AS (
        SELECT d.hour, d.location_code, d.day, d.currency, count(DISTINCT d.order_id) AS orders,
            sum(d.difference) AS difference,
            jsonb_agg(jsonb_build_object('order_id', d.order_id, 'kind', d.kind, 'expected', d.expected,
                'found', d.found, 'difference', d.difference) ORDER BY d.place) FILTER (WHERE d.place <= 50) AS evidence
        FROM ranked AS d
        GROUP BY d.hour, d.location_code, d.day, d.currency
    ), summed AS (
        SELECT b.hour, b.location_code, b.day, b.currency,
            count(*) FILTER (WHERE b.counts) AS orders,
            sum(b.priced) FILTER (WHERE b.counts AND b.unpriced = 0 AND b.amount IS NOT NULL) AS items_total,
            sum(b.subtotal) FILTER (WHERE b.counts) AS subtotal,
            sum(b.total) FILTER (WHERE b.counts) AS total,
            sum(b.amount) FILTER (WHERE b.counts) AS paid,
            sum(b.tip) FILTER (WHERE b.counts) AS tips,
            sum(b.refunded) FILTER (WHERE b.counts) AS refunded,
            count(*) FILTER (WHERE b.counts AND b.amount IS NULL) AS unpaid,
            count(*) FILTER (WHERE b.counts AND b.unpriced > 0) AS unpriced
        FROM bills AS b
        GROUP BY b.hour, b.location_code, b.day, b.currency
    )
    SELECT s.hour, s.location_code, s.day, s.orders, s.items_total, s.subtotal, s.total, s.paid, s.tips, s.refunded,
        s.unpaid, s.unpriced, coalesce(f.orders, 0), coalesce(f.difference, 0), coalesce(f.evidence, '[]'), s.currency
    FROM summed AS s
    LEFT JOIN found AS f ON f.hour = s.hour AND f.location_code = s.location_code AND f.day = s.day
        AND f.currency = s.currency;
END
$$;

COMMENT ON FUNCTION analytics.cash_of_hours(timestamptz, timestamptz, text) IS
    'Cash-up by hour, restaurant and currency for the orders of a time span, read from the tables: columns as in cash_up. Of all restaurants when location is null.';
