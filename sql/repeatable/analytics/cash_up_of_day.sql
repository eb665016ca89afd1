CREATE OR REPLACE FUNCTION analytics.cash_up_of_day(location text, day date, time_zone text, close_out time)
RETURNS TABLE (
    orders bigint, items_total numeric, subtotal numeric, total numeric, paid numeric, tips numeric, refunded numeric,
    unpaid_orders bigint, unpriced_orders bigint, differing_orders bigint, difference numeric, evidence jsonb
)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
ROWS 1
COST 10000
AS $$
    WITH bills AS MATERIALIZED (
        SELECT o.order_id, o.status <> 'cancelled' AS counts, o.subtotal, o.tax, o.tip, o.total,
            i.priced, i.unpriced, p.amount, r.amount AS refunded
        FROM analytics.orders AS o
        CROSS JOIN LATERAL (
            SELECT sum(i.extended_price) AS priced, count(*) FILTER (WHERE i.extended_price IS NULL) AS unpriced
            FROM analytics.order_items AS i WHERE i.order_id = o.order_id
        ) AS i
        CROSS JOIN LATERAL (
            SELECT sum(p.amount) AS amount FROM analytics.payments AS p WHERE p.order_id = o.order_id
        ) AS p
        CROSS JOIN LATERAL (
            SELECT sum(r.amount) AS amount FROM analytics.refunds AS r WHERE r.order_id = o.order_id
        ) AS r
        -- As pairs, so that they are looked up in the index of both. Wide enough for a clock that is set back in the night;
        -- the last line is exact.
        WHERE (o.location_code, o.order_ts) >= (location,
                (day + coalesce(close_out, '00:00')) AT TIME ZONE coalesce(time_zone, 'UTC') - interval '3 hours')
            AND (o.location_code, o.order_ts) < (location,
                (day + 1 + coalesce(close_out, '00:00')) AT TIME ZONE coalesce(time_zone, 'UTC') + interval '3 hours')
            AND analytics.business_date(o.order_ts, time_zone, close_out) = day
    ), differences AS (
        SELECT b.order_id, v.kind, v.expected, v.found, v.found - v.expected AS difference
        FROM bills AS b
        CROSS JOIN LATERAL (VALUES
            ('items', CASE WHEN b.counts AND b.unpriced = 0 THEN b.priced END, b.subtotal),
            ('parts', CASE WHEN b.counts THEN b.subtotal + b.tax + b.tip END, b.total),
            ('payments', CASE WHEN b.counts THEN b.total END, b.amount),
            ('unpaid', CASE WHEN b.counts AND b.amount IS NULL THEN coalesce(b.priced, 0) END, 0),
            ('cancelled', CASE WHEN NOT b.counts THEN 0 END, b.amount - coalesce(b.refunded, 0))
        ) AS v (kind, expected, found)
        WHERE v.expected <> v.found OR (v.kind = 'unpaid' AND v.expected IS NOT NULL)
    ), ranked AS (
        SELECT d.*, row_number() OVER (ORDER BY abs(d.difference) DESC, d.order_id, d.kind) AS place
        FROM differences AS d
    ), found AS (
        SELECT count(DISTINCT d.order_id) AS orders, coalesce(sum(d.difference), 0) AS difference,
            coalesce(jsonb_agg(jsonb_build_object('order_id', d.order_id, 'kind', d.kind, 'expected', d.expected,
                'found', d.found, 'difference', d.difference) ORDER BY d.place) FILTER (WHERE d.place <= 50), '[]') AS evidence
        FROM ranked AS d
    )
    SELECT
        count(*) FILTER (WHERE b.counts),
        sum(b.priced) FILTER (WHERE b.counts AND b.unpriced = 0 AND b.amount IS NOT NULL),
        sum(b.subtotal) FILTER (WHERE b.counts),
        sum(b.total) FILTER (WHERE b.counts),
        sum(b.amount) FILTER (WHERE b.counts),
        sum(b.tip) FILTER (WHERE b.counts),
        sum(b.refunded) FILTER (WHERE b.counts),
        count(*) FILTER (WHERE b.counts AND b.amount IS NULL),
        count(*) FILTER (WHERE b.counts AND b.unpriced > 0),
        f.orders, f.difference, f.evidence
    FROM found AS f
    LEFT JOIN bills AS b ON true
    GROUP BY f.orders, f.difference, f.evidence
$$;

COMMENT ON FUNCTION analytics.cash_up_of_day(text, date, text, time) IS
    'The row of cash_up for one restaurant and business day, read by their index; see there. The last two are its clock.';
