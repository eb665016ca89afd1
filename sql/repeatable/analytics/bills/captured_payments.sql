CREATE OR REPLACE VIEW analytics.captured_payments AS
SELECT
    p.payment_id,
    p.order_id,
    p.method,
    p.provider,
    p.amount,
    p.subtotal,
    p.tax,
    p.tip,
    p.total,
    coalesce(p.service_charge, 0) AS service_charge,
    coalesce(p.discount, 0) AS discount,
    coalesce(p.rounding, 0) AS rounding,
    p.currency
FROM analytics.payments AS p
WHERE p.event_ts <= analytics.present()
    AND NOT p.is_replaced
    AND NOT EXISTS (
        SELECT FROM analytics.payment_voids AS v
        WHERE v.payment_id = p.payment_id AND v.order_id = p.order_id AND NOT v.is_replaced AND v.voided_ts <= analytics.present());

COMMENT ON VIEW analytics.captured_payments IS 'Every payment that was not voided, and that the newest snapshot of its order did not drop, from its time on. Any other payment counts nowhere.';
COMMENT ON COLUMN analytics.captured_payments.payment_id IS 'The payment.';
COMMENT ON COLUMN analytics.captured_payments.order_id IS 'Its order.';
COMMENT ON COLUMN analytics.captured_payments.method IS 'How it was paid.';
COMMENT ON COLUMN analytics.captured_payments.provider IS 'Who processed it; null means unknown.';
COMMENT ON COLUMN analytics.captured_payments.amount IS 'What was captured.';
COMMENT ON COLUMN analytics.captured_payments.subtotal IS
    'Before discount, tax, tip, service charge and rounding.';
COMMENT ON COLUMN analytics.captured_payments.tax IS 'Tax.';
COMMENT ON COLUMN analytics.captured_payments.tip IS 'Tip.';
COMMENT ON COLUMN analytics.captured_payments.total IS 'What it adds up to, as the producer states it.';
COMMENT ON COLUMN analytics.captured_payments.service_charge IS
    'Its share of the service charges; 0 where none is stated.';
COMMENT ON COLUMN analytics.captured_payments.discount IS
    'Its share of the discounts; 0 where none is stated.';
COMMENT ON COLUMN analytics.captured_payments.rounding IS 'What rounding adds; 0 where none is stated.';
COMMENT ON COLUMN analytics.captured_payments.currency IS 'The currency of its amounts, as the payment states it; null where it states none: then that of the order.';
