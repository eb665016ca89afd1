CREATE OR REPLACE VIEW analytics.order_facts AS
SELECT
    o.order_id,
    o.visit_id,
    o.customer_id,
    o.location_code,
    l.name AS restaurant,
    coalesce(o.city, l.city) AS city,
    o.service_type,
    o.order_ts,
    o.business_ts AT TIME ZONE coalesce(l.time_zone, 'UTC') AS local_ts,
    analytics.business_date(o.business_ts, l.time_zone, l.close_out) AS business_date,
    analytics.daypart(o.business_ts, l.time_zone) AS daypart,
    o.status,
    o.subtotal,
    o.tax,
    o.tip,
    o.total,
    r.refunded,
    o.total >= CASE
        WHEN o.currency = (SELECT analytics.default_currency())
            THEN (SELECT analytics.money_threshold('premium_order', analytics.default_currency()))
        ELSE analytics.money_threshold('premium_order', o.currency)
    END AS is_premium,
    o.guest_count,
    o.currency,
    o.channel,
    o.scheduled_for,
    o.business_ts
FROM analytics.due_orders AS o
LEFT JOIN analytics.locations AS l ON l.location_code = o.location_code
CROSS JOIN LATERAL (
    SELECT sum(r.amount) AS refunded FROM analytics.refunds AS r WHERE r.order_id = o.order_id AND NOT r.is_replaced AND r.refunded_ts <= analytics.present()
) AS r;

COMMENT ON VIEW analytics.order_facts IS 'Every order whose time has come, cancelled ones included, with its business day and daypart. Those of later are in upcoming_orders.';
COMMENT ON COLUMN analytics.order_facts.order_id IS 'The order.';
COMMENT ON COLUMN analytics.order_facts.visit_id IS 'The visit; null where the producer does not send it.';
COMMENT ON COLUMN analytics.order_facts.customer_id IS 'The guest, where known.';
COMMENT ON COLUMN analytics.order_facts.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.order_facts.restaurant IS
    'The name of the restaurant; null where it is not in analytics.locations.';
COMMENT ON COLUMN analytics.order_facts.city IS 'The city that the order names, or else that of the restaurant.';
COMMENT ON COLUMN analytics.order_facts.service_type IS 'The service type: see analytics.orders.';
COMMENT ON COLUMN analytics.order_facts.order_ts IS 'When the guest ordered.';
COMMENT ON COLUMN analytics.order_facts.local_ts IS
    'business_ts in the time zone of the restaurant; UTC where it is not in analytics.locations.';
COMMENT ON COLUMN analytics.order_facts.business_date IS
    'The business day of the order: see analytics.business_date().';
COMMENT ON COLUMN analytics.order_facts.daypart IS 'breakfast, lunch, dinner or late: see analytics.daypart().';
COMMENT ON COLUMN analytics.order_facts.status IS 'Its current status.';
COMMENT ON COLUMN analytics.order_facts.subtotal IS 'Before tax and tip; null while unpaid.';
COMMENT ON COLUMN analytics.order_facts.tax IS 'Tax; null while unpaid.';
COMMENT ON COLUMN analytics.order_facts.tip IS 'Tip; null while unpaid.';
COMMENT ON COLUMN analytics.order_facts.total IS 'Tax and tip included, refunds not deducted; null while unpaid.';
COMMENT ON COLUMN analytics.order_facts.refunded IS 'What was refunded for it, at any time; null where nothing was.';
COMMENT ON COLUMN analytics.order_facts.is_premium IS
    'Whether its total is at least the threshold premium_order; null while unpaid.';
COMMENT ON COLUMN analytics.order_facts.guest_count IS 'How many guests; null means unknown.';
COMMENT ON COLUMN analytics.order_facts.currency IS 'The currency of its amounts (ISO 4217): the one that the order states, or else that of its restaurant, or else the default.';
COMMENT ON COLUMN analytics.order_facts.channel IS 'Where it was placed; null means unknown.';
COMMENT ON COLUMN analytics.order_facts.scheduled_for IS 'For an order for later: when it was to be served.';
COMMENT ON COLUMN analytics.order_facts.business_ts IS
    'The business time: scheduled_for, or else order_ts. Filter by this column: it has an index.';
