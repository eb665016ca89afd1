CREATE OR REPLACE VIEW analytics.upcoming_orders AS
SELECT
    o.order_id,
    o.visit_id,
    o.customer_id,
    o.location_code,
    l.name AS restaurant,
    coalesce(o.city, l.city) AS city,
    o.service_type,
    o.order_ts,
    o.scheduled_for,
    o.business_ts,
    o.business_ts AT TIME ZONE coalesce(l.time_zone, 'UTC') AS local_ts,
    analytics.business_date(o.business_ts, l.time_zone, l.close_out) AS business_date,
    analytics.daypart(o.business_ts, l.time_zone) AS daypart,
    o.status,
    i.lines,
    i.items_total,
    o.total,
    o.external_id,
    o.currency
FROM analytics.orders_now AS o
LEFT JOIN analytics.locations AS l ON l.location_code = o.location_code
CROSS JOIN LATERAL (
    SELECT count(*) AS lines,
        CASE WHEN count(*) = count(i.extended_price) THEN sum(i.extended_price) END AS items_total
    FROM analytics.order_items AS i
    WHERE i.order_id = o.order_id AND NOT i.is_replaced
) AS i
WHERE o.business_ts > analytics.present();

COMMENT ON VIEW analytics.upcoming_orders IS
    'Orders whose business time has not come yet: orders for later, and orders that a wrong clock has dated in the future (scheduled_for is null). They are in no other view until then. Cancelled ones are included.';
COMMENT ON COLUMN analytics.upcoming_orders.order_id IS 'The order.';
COMMENT ON COLUMN analytics.upcoming_orders.visit_id IS 'The visit; null where the producer does not send it.';
COMMENT ON COLUMN analytics.upcoming_orders.customer_id IS 'The guest, where known.';
COMMENT ON COLUMN analytics.upcoming_orders.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.upcoming_orders.restaurant IS
    'The name of the restaurant; null where it is not in analytics.locations.';
COMMENT ON COLUMN analytics.upcoming_orders.city IS 'The city that the order names, or else that of the restaurant.';
COMMENT ON COLUMN analytics.upcoming_orders.service_type IS 'How the guest is to be served, e.g. delivery.';
COMMENT ON COLUMN analytics.upcoming_orders.order_ts IS 'When the guest ordered.';
COMMENT ON COLUMN analytics.upcoming_orders.scheduled_for IS
    'When the order is to be served; null where only its order_ts is in the future.';
COMMENT ON COLUMN analytics.upcoming_orders.business_ts IS
    'From when on it counts: scheduled_for, or else order_ts. Filter by this column: it has an index.';
COMMENT ON COLUMN analytics.upcoming_orders.local_ts IS
    'The same in the time zone of the restaurant; UTC where it is not in analytics.locations.';
COMMENT ON COLUMN analytics.upcoming_orders.business_date IS 'The business day to which it will belong.';
COMMENT ON COLUMN analytics.upcoming_orders.daypart IS 'breakfast, lunch, dinner or late.';
COMMENT ON COLUMN analytics.upcoming_orders.status IS 'Its status at present.';
COMMENT ON COLUMN analytics.upcoming_orders.lines IS 'Number of its lines.';
COMMENT ON COLUMN analytics.upcoming_orders.items_total IS
    'The prices of its lines; null when there is none, or one of unknown price.';
COMMENT ON COLUMN analytics.upcoming_orders.total IS 'What has been paid in advance, tax and tip included; null while unpaid.';
COMMENT ON COLUMN analytics.upcoming_orders.external_id IS
    'The number of the order, as its till shows it; null where the till sent a UUID.';
COMMENT ON COLUMN analytics.upcoming_orders.currency IS 'The currency of its amounts, as in order_facts.';
