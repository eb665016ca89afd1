CREATE OR REPLACE FUNCTION analytics.rollup_apply_movements(upto timestamptz)
RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    WITH c AS MATERIALIZED (
        SELECT d.* FROM analytics.rollup_diff_movements(upto) AS d
        WHERE NOT EXISTS (
            SELECT FROM analytics.rollup_held_hours AS h
            WHERE h.rollup = 'movements' AND h.hour = d.hour)
    ), hours AS (
        INSERT INTO analytics.rollup_movement_hours AS r (
            hour, location_code, business_date, method, payments, captured, tips, rounding, refunds, refunded, currency
        )
        SELECT c.hour, c.location_code, c.business_date, c.method, sum(c.payments), sum(c.captured), sum(c.tips),
            sum(c.rounding), sum(c.refunds), sum(c.refunded), c.currency
        FROM c
        GROUP BY c.hour, c.location_code, c.business_date, c.method, c.currency
        ON CONFLICT ON CONSTRAINT rollup_movement_hours_once DO UPDATE SET
            payments = r.payments + excluded.payments,
            captured = r.captured + excluded.captured,
            tips = r.tips + excluded.tips,
            rounding = r.rounding + excluded.rounding,
            refunds = r.refunds + excluded.refunds,
            refunded = r.refunded + excluded.refunded
    )
    INSERT INTO analytics.rollup_movement_days AS r (
        business_date, location_code, method, payments, captured, tips, rounding, refunds, refunded, currency
    )
    SELECT c.business_date, c.location_code, c.method, sum(c.payments), sum(c.captured), sum(c.tips), sum(c.rounding),
        sum(c.refunds), sum(c.refunded), c.currency
    FROM c
    GROUP BY c.business_date, c.location_code, c.method, c.currency
    ON CONFLICT ON CONSTRAINT rollup_movement_days_once DO UPDATE SET
        payments = r.payments + excluded.payments,
        captured = r.captured + excluded.captured,
        tips = r.tips + excluded.tips,
        rounding = r.rounding + excluded.rounding,
        refunds = r.refunds + excluded.refunds,
        refunded = r.refunded + excluded.refunded;
$$;

COMMENT ON FUNCTION analytics.rollup_apply_movements(timestamptz) IS
    'Part of refresh_rollups(): adds rollup_diff_movements() before an instant to the rollups, except held hours.';
