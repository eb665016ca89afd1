CREATE OR REPLACE FUNCTION analytics.sum_cash(upto timestamptz)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mark timestamptz;
BEGIN
    SELECT w.closed_before INTO STRICT mark FROM analytics.rollup_watermark AS w;
    DELETE FROM analytics.rollup_cash_hours AS r
    USING analytics.rollup_invalidations AS i
    WHERE i.rollup = 'sales' AND i.hour < mark AND r.location_code = i.location_code AND r.hour = i.hour;
    INSERT INTO analytics.rollup_cash_hours (
        hour, location_code, business_date, orders, items_total, subtotal, total, paid, tips, refunded, unpaid_orders,
        unpriced_orders, differing_orders, difference, evidence
    )
    SELECT c.*
    FROM (
        SELECT DISTINCT i.hour, i.location_code
        FROM analytics.rollup_invalidations AS i
        WHERE i.rollup = 'sales' AND i.hour < mark
    ) AS s
    CROSS JOIN LATERAL analytics.cash_of_hours(s.hour, s.hour + interval '1 hour', s.location_code) AS c
    UNION ALL
    SELECT c.* FROM analytics.cash_of_hours(mark, upto) AS c;
END
$$;

COMMENT ON FUNCTION analytics.sum_cash(timestamptz) IS
    'Part of refresh_rollups(): compares the cash of the hours before an instant that are new or changed.';
