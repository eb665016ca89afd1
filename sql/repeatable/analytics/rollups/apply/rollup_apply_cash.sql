CREATE OR REPLACE FUNCTION analytics.rollup_apply_cash(upto timestamptz)
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
    WHERE i.rollup = 'sales' AND i.hour < mark AND r.location_code = i.location_code AND r.hour = i.hour
        AND NOT EXISTS (
            SELECT FROM analytics.rollup_held_hours AS h
            WHERE h.rollup = 'sales' AND h.location_code = r.location_code AND h.hour = r.hour);
    INSERT INTO analytics.rollup_cash_hours (
        hour, location_code, business_date, orders, items_total, subtotal, total, paid, tips, refunded, unpaid_orders,
        unpriced_orders, differing_orders, difference, evidence, currency
    )
    SELECT c.*
    FROM (
        -- Consecutive hours are compared together: a change of the time zone affects all hours of a restaurant.
        SELECT h.location_code, min(h.hour) AS since, max(h.hour) + interval '1 hour' AS until
        FROM (
            SELECT i.location_code, i.hour,
                i.hour - interval '1 hour' * dense_rank() OVER (PARTITION BY i.location_code ORDER BY i.hour) AS run
            FROM analytics.rollup_invalidations AS i
            WHERE i.rollup = 'sales' AND i.hour < mark
        ) AS h
        GROUP BY h.location_code, h.run
    ) AS s
    CROSS JOIN LATERAL analytics.cash_of_hours(s.since, s.until, s.location_code) AS c
    WHERE NOT EXISTS (
        SELECT FROM analytics.rollup_held_hours AS h
        WHERE h.rollup = 'sales' AND h.location_code = c.location_code AND h.hour = c.hour)
    UNION ALL
    SELECT c.* FROM analytics.cash_of_hours(mark, upto) AS c
    WHERE NOT EXISTS (
        SELECT FROM analytics.rollup_held_hours AS h
        WHERE h.rollup = 'sales' AND h.location_code = c.location_code AND h.hour = c.hour);
END
$$;

COMMENT ON FUNCTION analytics.rollup_apply_cash(timestamptz) IS
    'Part of refresh_rollups(): compares the cash of the hours before an instant that are new or have changed, except held hours.';
