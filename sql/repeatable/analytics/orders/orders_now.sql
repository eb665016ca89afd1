CREATE OR REPLACE VIEW analytics.orders_now AS
SELECT
    o.order_id,
    o.visit_id,
    o.customer_id,
    o.location_code,
    o.city,
    o.service_type,
    o.order_ts,
    o.scheduled_for,
    o.business_ts,
    CASE WHEN f.order_id IS NULL THEN o.status ELSE f.status END AS status,
    CASE WHEN f.order_id IS NULL THEN o.subtotal ELSE f.subtotal END AS subtotal,
    CASE WHEN f.order_id IS NULL THEN o.tax ELSE f.tax END AS tax,
    CASE WHEN f.order_id IS NULL THEN o.tip ELSE f.tip END AS tip,
    CASE WHEN f.order_id IS NULL THEN o.total ELSE f.total END AS total,
    o.guest_count,
    coalesce(o.currency, l.currency, (SELECT analytics.default_currency())) AS currency,
    o.channel,
    o.external_id
FROM analytics.orders AS o
LEFT JOIN analytics.locations AS l ON l.location_code = o.location_code
LEFT JOIN analytics.orders_without_future() AS f ON f.order_id = o.order_id;

COMMENT ON VIEW analytics.orders_now IS
    'Every order as it is at present, upcoming ones included: status and money without payments and status changes that are dated in the future.';
COMMENT ON COLUMN analytics.orders_now.order_id IS 'The order.';
COMMENT ON COLUMN analytics.orders_now.visit_id IS 'The visit; null where the producer does not send it.';
COMMENT ON COLUMN analytics.orders_now.customer_id IS 'The guest, where known.';
COMMENT ON COLUMN analytics.orders_now.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.orders_now.city IS 'The city of the restaurant, where the producer sends it.';
COMMENT ON COLUMN analytics.orders_now.service_type IS 'How the guest is served, e.g. dine_in.';
COMMENT ON COLUMN analytics.orders_now.order_ts IS 'When the guest ordered.';
COMMENT ON COLUMN analytics.orders_now.scheduled_for IS 'For an order for later: when it is to be served.';
COMMENT ON COLUMN analytics.orders_now.business_ts IS 'The business time: scheduled_for, or else order_ts.';
COMMENT ON COLUMN analytics.orders_now.status IS 'Its status at present.';
COMMENT ON COLUMN analytics.orders_now.subtotal IS 'Before tax and tip; null while unpaid.';
COMMENT ON COLUMN analytics.orders_now.tax IS 'Tax; null while unpaid.';
COMMENT ON COLUMN analytics.orders_now.tip IS 'Tip; null while unpaid.';
COMMENT ON COLUMN analytics.orders_now.total IS 'Tax and tip included, refunds not deducted; null while unpaid.';
COMMENT ON COLUMN analytics.orders_now.guest_count IS 'How many guests; null means unknown.';
COMMENT ON COLUMN analytics.orders_now.currency IS 'The currency of its amounts (ISO 4217): the one that the order states, or else that of its restaurant, or else the default.';
COMMENT ON COLUMN analytics.orders_now.channel IS 'Where it was placed; null means unknown.';
COMMENT ON COLUMN analytics.orders_now.external_id IS
    'The number of the order, as its till shows it; null where the till sent a UUID.';
