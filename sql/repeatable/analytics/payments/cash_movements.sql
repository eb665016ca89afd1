CREATE OR REPLACE VIEW analytics.cash_movements AS
SELECT
    p.event_ts AS moved_at, -- equal to processed_at, and indexed
    coalesce(p.location_code, o.location_code) AS location_code,
    p.method,
    p.order_id,
    p.payment_id,
    NULL::uuid AS refund_id,
    p.amount AS captured,
    p.tip AS tips,
    coalesce(p.rounding, 0) AS rounding,
    NULL::numeric AS refunded,
    coalesce(p.currency, o.currency, l.currency, (SELECT analytics.default_currency())) AS currency
FROM analytics.payments AS p
LEFT JOIN analytics.orders AS o ON o.order_id = p.order_id
LEFT JOIN analytics.locations AS l ON l.location_code = coalesce(p.location_code, o.location_code)
WHERE p.event_ts <= analytics.present()
    AND NOT p.is_replaced
    AND NOT EXISTS (
        SELECT FROM analytics.payment_voids AS v
        WHERE v.payment_id = p.payment_id AND v.order_id = p.order_id AND NOT v.is_replaced AND v.voided_ts <= analytics.present())
UNION ALL
SELECT
    r.refunded_ts,
    coalesce(p.location_code, o.location_code),
    p.method,
    r.order_id,
    r.payment_id,
    r.refund_id,
    NULL,
    NULL,
    NULL,
    r.amount,
    coalesce(r.currency, p.currency, o.currency, l.currency, (SELECT analytics.default_currency()))
FROM analytics.refunds AS r
LEFT JOIN analytics.payments AS p ON p.payment_id = r.payment_id AND p.event_ts <= analytics.present()
LEFT JOIN analytics.orders AS o ON o.order_id = r.order_id
LEFT JOIN analytics.locations AS l ON l.location_code = coalesce(p.location_code, o.location_code)
WHERE NOT r.is_replaced AND r.refunded_ts <= analytics.present();

COMMENT ON VIEW analytics.cash_movements IS
    'Money that moved: one row per payment and one per refund, at the time at which it moved, and not before that time. Payments of cancelled orders, and of orders for later, move money too, voided payments do not. Filter by moved_at: reading all of them is slow.';
COMMENT ON COLUMN analytics.cash_movements.moved_at IS
    'When the money moved: the ts of the payment, or refunded_ts of the refund.';
COMMENT ON COLUMN analytics.cash_movements.location_code IS
    'The restaurant that the payment names, or else that of the order; null while neither is known.';
COMMENT ON COLUMN analytics.cash_movements.method IS
    'The tender, as the producer names it. A refund goes back to the tender of its payment; null while that payment is unknown.';
COMMENT ON COLUMN analytics.cash_movements.order_id IS 'The order.';
COMMENT ON COLUMN analytics.cash_movements.payment_id IS 'The payment, or the payment that is refunded.';
COMMENT ON COLUMN analytics.cash_movements.refund_id IS 'The refund; null for a payment.';
COMMENT ON COLUMN analytics.cash_movements.captured IS 'The amount of the payment, tip included; null for a refund.';
COMMENT ON COLUMN analytics.cash_movements.tips IS 'The tip in it; null for a refund.';
COMMENT ON COLUMN analytics.cash_movements.rounding IS
    'The rounding in it, below 0 where the guest paid less than the bill; null for a refund.';
COMMENT ON COLUMN analytics.cash_movements.refunded IS 'The amount of the refund; null for a payment.';
COMMENT ON COLUMN analytics.cash_movements.currency IS 'The currency in which it moved: the one that the payment or refund states, or else that of the order, of the restaurant, or the default.';
