CREATE OR REPLACE FUNCTION analytics.rollup_apply_payments(upto timestamptz)
RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    WITH c AS MATERIALIZED (
        SELECT d.* FROM analytics.rollup_diff_payments(upto) AS d
        WHERE NOT EXISTS (
            SELECT FROM analytics.rollup_held_hours AS h
            WHERE h.rollup = 'sales' AND h.location_code = d.location_code AND h.hour = d.hour)
    ), hours AS (
        INSERT INTO analytics.rollup_payment_hours AS r (
            hour, location_code, business_date, method, provider, payments, amount, tip, currency
        )
        SELECT
            c.hour, c.location_code, c.business_date, c.method, c.provider, sum(c.payments), sum(c.amount),
            sum(c.tip), c.currency
        FROM c
        GROUP BY c.hour, c.location_code, c.business_date, c.method, c.provider, c.currency
        ON CONFLICT ON CONSTRAINT rollup_payment_hours_once DO UPDATE SET
            payments = r.payments + excluded.payments,
            amount = r.amount + excluded.amount,
            tip = r.tip + excluded.tip
    )
    INSERT INTO analytics.rollup_payment_days AS r (
        business_date, location_code, method, provider, payments, amount, tip, currency
    )
    SELECT
        c.business_date, c.location_code, c.method, c.provider, sum(c.payments), sum(c.amount), sum(c.tip),
        c.currency
    FROM c
    GROUP BY c.business_date, c.location_code, c.method, c.provider, c.currency
    ON CONFLICT ON CONSTRAINT rollup_payment_days_once DO UPDATE SET
        payments = r.payments + excluded.payments,
        amount = r.amount + excluded.amount,
        tip = r.tip + excluded.tip;
$$;

COMMENT ON FUNCTION analytics.rollup_apply_payments(timestamptz) IS
    'Part of refresh_rollups(): adds rollup_diff_payments() before an instant to the rollups, except held hours.';
