CREATE OR REPLACE VIEW analytics.due_orders AS
SELECT * FROM analytics.orders_now WHERE business_ts <= analytics.present();

COMMENT ON VIEW analytics.due_orders IS
    'The orders that count: those of orders_now whose business time has come. All figures are made from these; the others are in upcoming_orders.';
COMMENT ON COLUMN analytics.due_orders.order_id IS 'The order. All columns are those of orders_now.';
COMMENT ON COLUMN analytics.due_orders.visit_id IS 'The visit.';
COMMENT ON COLUMN analytics.due_orders.customer_id IS 'The guest.';
COMMENT ON COLUMN analytics.due_orders.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.due_orders.city IS 'The city that the order names.';
COMMENT ON COLUMN analytics.due_orders.service_type IS 'How the guest is served.';
COMMENT ON COLUMN analytics.due_orders.order_ts IS 'When the guest ordered.';
COMMENT ON COLUMN analytics.due_orders.scheduled_for IS 'For an order for later: when it is to be served.';
COMMENT ON COLUMN analytics.due_orders.business_ts IS 'The business time.';
COMMENT ON COLUMN analytics.due_orders.status IS 'Its status at present.';
COMMENT ON COLUMN analytics.due_orders.subtotal IS 'Before tax and tip.';
COMMENT ON COLUMN analytics.due_orders.tax IS 'Tax.';
COMMENT ON COLUMN analytics.due_orders.tip IS 'Tip.';
COMMENT ON COLUMN analytics.due_orders.total IS 'Tax and tip included.';
COMMENT ON COLUMN analytics.due_orders.guest_count IS 'How many guests; null means unknown.';
COMMENT ON COLUMN analytics.due_orders.currency IS 'The currency of its amounts (ISO 4217): the one that the order states, or else that of its restaurant, or else the default.';
COMMENT ON COLUMN analytics.due_orders.channel IS 'Where it was placed; null means unknown.';
COMMENT ON COLUMN analytics.due_orders.external_id IS 'The number of the order, as its till shows it; null where the till sent a UUID.';
