CREATE OR REPLACE FUNCTION analytics.payment_parts(payment analytics.payments)
RETURNS numeric
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- The equation of a bill, and its only place: the rules and money_violations() compare this with the total. A new part
    -- of a payment enters here (+ service_charge, - discount where subtotal is before it, + rounding, which has a sign).
    RETURN payment.subtotal + payment.tax + payment.tip;
END
$$;

COMMENT ON FUNCTION analytics.payment_parts(analytics.payments) IS
    'The sum of the parts of a payment, which its total must equal apart from rounding.';
