CREATE OR REPLACE FUNCTION analytics.cash_up_of_currency(
    location text, day date, time_zone text, close_out time, currency text
)
RETURNS TABLE (
    orders bigint, items_total numeric, subtotal numeric, total numeric, paid numeric, tips numeric, refunded numeric,
    unpaid_orders bigint, unpriced_orders bigint, differing_orders bigint, difference numeric, evidence jsonb
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
ROWS 1
COST 10000
AS $$
DECLARE
    mark timestamptz;
    -- Wide enough for a night in which the clock is set back. Rows of other days are filtered out below.
    since constant timestamptz :=
        date_trunc('hour', (day + coalesce(close_out, '00:00')) AT TIME ZONE coalesce(time_zone, 'UTC'), 'UTC') - interval '3 hours';
    until constant timestamptz := since + interval '31 hours';
BEGIN
    SELECT w.closed_before INTO STRICT mark FROM analytics.rollup_watermark AS w;
    RETURN QUERY
    WITH stale AS MATERIALIZED (
        SELECT DISTINCT i.hour
        FROM analytics.rollup_invalidations AS i
        WHERE i.rollup = 'sales' AND i.location_code = location AND i.hour < mark
    ), parts AS MATERIALIZED (
        SELECT r.*
        FROM analytics.rollup_cash_hours AS r
        WHERE r.business_date = day AND r.location_code = location AND r.hour NOT IN (SELECT s.hour FROM stale AS s)
            AND r.currency = cash_up_of_currency.currency
        UNION ALL
        SELECT c.*
        FROM (SELECT s.hour FROM stale AS s WHERE s.hour >= since AND s.hour < until) AS s
        CROSS JOIN LATERAL analytics.cash_of_hours(s.hour, s.hour + interval '1 hour', location) AS c
        WHERE c.business_date = day AND c.currency = cash_up_of_currency.currency
        UNION ALL
        SELECT c.*
        FROM analytics.cash_of_hours(greatest(since, mark), until, location) AS c
        WHERE c.business_date = day AND c.currency = cash_up_of_currency.currency
    ), greatest_differences AS (
        SELECT e.difference AS evidence, abs((e.difference ->> 'difference')::numeric) AS worth
        FROM parts AS p
        CROSS JOIN LATERAL jsonb_array_elements(p.evidence) AS e (difference)
        ORDER BY worth DESC, e.difference ->> 'order_id', e.difference ->> 'kind'
        LIMIT 50
    )
    SELECT
        coalesce(sum(p.orders), 0)::bigint,
        sum(p.items_total),
        sum(p.subtotal),
        sum(p.total),
        sum(p.paid),
        sum(p.tips),
        sum(p.refunded),
        coalesce(sum(p.unpaid_orders), 0)::bigint,
        coalesce(sum(p.unpriced_orders), 0)::bigint,
        coalesce(sum(p.differing_orders), 0)::bigint,
        coalesce(sum(p.difference), 0),
        (SELECT coalesce(jsonb_agg(g.evidence ORDER BY g.worth DESC, g.evidence ->> 'order_id', g.evidence ->> 'kind'), '[]')
            FROM greatest_differences AS g)
    FROM parts AS p;
END
$$;

COMMENT ON FUNCTION analytics.cash_up_of_currency(text, date, text, time, text) IS
    'The row of cash_up for one restaurant, business day and currency. Unchanged hours come from rollup_cash_hours; later hours, and hours that changed since, are read from the tables. time_zone and close_out are those of the restaurant.';
