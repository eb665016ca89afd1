CREATE OR REPLACE VIEW analytics.payment_facts AS
SELECT
    p.payment_id,
    p.event_ts,
    p.event_id,
    coalesce(p.location_code, o.location_code) AS location_code,
    p.method,
    extract(hour FROM p.processed_at AT TIME ZONE coalesce(l.time_zone, 'UTC'))::integer AS local_hour,
    p.amount::double precision AS amount,
    (p.tip / nullif(p.subtotal, 0))::double precision AS tip_share,
    (p.tax / nullif(p.subtotal, 0))::double precision AS tax_share,
    ((abs(p.subtotal + p.tax + p.tip + coalesce(p.service_charge, 0) - coalesce(p.discount, 0) + coalesce(p.rounding, 0)
        - p.total) + abs(p.total - p.amount)) / nullif(p.amount, 0))::double precision AS parts_gap,
    (s.subtotal / nullif(i.items, 0))::double precision AS paid_of_items,
    floor(extract(epoch FROM p.processed_at - o.order_ts) / 3600)::double precision AS hours_since_order,
    s.order_payments,
    s.repeats,
    r.refunds,
    coalesce(r.refunded / nullif(p.amount, 0), 0)::double precision AS refunded_share,
    p.event_version,
    p.event_offset,
    coalesce(p.currency, o.currency, l.currency, (SELECT analytics.default_currency())) AS currency
FROM analytics.payments AS p
LEFT JOIN analytics.orders AS o ON o.order_id = p.order_id
LEFT JOIN analytics.locations AS l ON l.location_code = coalesce(p.location_code, o.location_code)
CROSS JOIN LATERAL (
    SELECT count(*) AS order_payments, sum(s.subtotal) AS subtotal,
        count(*) FILTER (WHERE s.method = p.method AND s.amount = p.amount
            AND (s.event_ts, s.payment_id) < (p.event_ts, p.payment_id)) AS repeats
    FROM analytics.payments AS s
    WHERE s.order_id = p.order_id AND NOT s.is_replaced AND s.processed_at <= analytics.present()
        AND NOT EXISTS (
            SELECT FROM analytics.payment_voids AS v
            WHERE v.payment_id = s.payment_id AND v.order_id = s.order_id AND NOT v.is_replaced AND v.voided_ts <= analytics.present())
) AS s
CROSS JOIN LATERAL (
    SELECT count(*) AS refunds, coalesce(sum(r.amount), 0) AS refunded
    FROM analytics.refunds AS r
    WHERE r.order_id = p.order_id AND r.payment_id = p.payment_id AND NOT r.is_replaced AND r.refunded_ts <= analytics.present()
) AS r
CROSS JOIN LATERAL (
    SELECT CASE WHEN count(*) = count(i.extended_price) THEN sum(i.extended_price) END AS items
    FROM analytics.order_lines AS i
    WHERE i.order_id = p.order_id AND NOT i.is_voided
) AS i
WHERE p.event_ts <= analytics.present() AND NOT p.is_replaced AND coalesce(o.business_ts <= analytics.present(), true)
    AND NOT EXISTS (
        SELECT FROM analytics.payment_voids AS v
        WHERE v.payment_id = p.payment_id AND v.order_id = p.order_id AND NOT v.is_replaced AND v.voided_ts <= analytics.present());

COMMENT ON VIEW analytics.payment_facts IS
    'Features of each payment that was not voided and is not of an upcoming order, from itself and its order, for the Isolation Forest. Filter by event_ts or payment_id: reading all of them is slow.';
COMMENT ON COLUMN analytics.payment_facts.payment_id IS 'The payment.';
COMMENT ON COLUMN analytics.payment_facts.event_ts IS
    'The ts of the event that wrote the payment. With event_id it identifies the version of the row.';
COMMENT ON COLUMN analytics.payment_facts.event_id IS 'The event that wrote the payment.';
COMMENT ON COLUMN analytics.payment_facts.location_code IS
    'The restaurant that the payment names, or else that of its order.';
COMMENT ON COLUMN analytics.payment_facts.method IS 'How it was paid.';
COMMENT ON COLUMN analytics.payment_facts.local_hour IS
    'The hour of the day, 0 to 23, in the time zone of the restaurant.';
COMMENT ON COLUMN analytics.payment_facts.amount IS 'What was captured.';
COMMENT ON COLUMN analytics.payment_facts.tip_share IS 'Tip divided by subtotal; null where the subtotal is 0.';
COMMENT ON COLUMN analytics.payment_facts.tax_share IS 'Tax divided by subtotal; null where the subtotal is 0.';
COMMENT ON COLUMN analytics.payment_facts.parts_gap IS
    'How far subtotal, tax, tip, the other parts, total and amount disagree, divided by the amount; null where it is 0.';
COMMENT ON COLUMN analytics.payment_facts.paid_of_items IS
    'Subtotals of all payments of the order, divided by the prices of its items; null where a price is unknown, or there is no item.';
COMMENT ON COLUMN analytics.payment_facts.hours_since_order IS 'Whole hours since the guest ordered; null while the order is unknown.';
COMMENT ON COLUMN analytics.payment_facts.order_payments IS 'Payments of the order, this one included.';
COMMENT ON COLUMN analytics.payment_facts.repeats IS 'Earlier payments of the order with the same method and amount.';
COMMENT ON COLUMN analytics.payment_facts.refunds IS 'Refunds of the payment.';
COMMENT ON COLUMN analytics.payment_facts.refunded_share IS 'The refunded amount divided by the amount; null where it is 0.';
COMMENT ON COLUMN analytics.payment_facts.event_version IS
    'The version in the event that wrote the payment; null where it has none.';
COMMENT ON COLUMN analytics.payment_facts.event_offset IS 'The offset of the event that wrote the payment.';
COMMENT ON COLUMN analytics.payment_facts.currency IS 'The currency of the payment: the one that it states, or else that of its order, of its restaurant, or the default.';
