CREATE OR REPLACE FUNCTION analytics.payment_parts(payment analytics.payments)
RETURNS numeric
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- The equation of a payment, and its only place: the rules and money_violations() compare this with the total.
    RETURN payment.subtotal + payment.tax + payment.tip + coalesce(payment.service_charge, 0)
        - coalesce(payment.discount, 0) + coalesce(payment.rounding, 0);
END
$$;

COMMENT ON FUNCTION analytics.payment_parts(analytics.payments) IS
    'The sum of the parts of a payment, which its total must equal apart from rounding.';
