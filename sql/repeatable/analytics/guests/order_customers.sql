CREATE OR REPLACE VIEW analytics.order_customers AS
SELECT
    o.order_id,
    o.order_ts,
    o.location_code,
    o.service_type,
    o.status,
    o.total,
    o.customer_id,
    c.city AS customer_city,
    c.membership,
    c.changed_ts AS customer_valid_from,
    o.business_ts,
    o.currency
FROM analytics.due_orders AS o
LEFT JOIN LATERAL (
    -- By the primary key of the changes, as in sold_items.
    SELECT v.city, v.membership, v.changed_ts
    FROM analytics.customer_changes AS v
    WHERE v.customer_id = o.customer_id AND v.changed_ts <= o.business_ts
    ORDER BY v.changed_ts DESC
    LIMIT 1
) AS c ON true;

COMMENT ON VIEW analytics.order_customers IS
    'Every order with the guest''s data as they were at the business time of the order. The guest''s columns are null for an order without a customer_id, and for a time before the guest''s first version. Personal data, which analytics_reader may read.';
COMMENT ON COLUMN analytics.order_customers.order_id IS 'The order.';
COMMENT ON COLUMN analytics.order_customers.order_ts IS
    'When the guest ordered (UTC).';
COMMENT ON COLUMN analytics.order_customers.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.order_customers.service_type IS 'dine_in, takeout or delivery.';
COMMENT ON COLUMN analytics.order_customers.status IS 'The status of the order; cancelled orders are included.';
COMMENT ON COLUMN analytics.order_customers.total IS 'Tax and tip included, refunds not deducted; null while unpaid.';
COMMENT ON COLUMN analytics.order_customers.customer_id IS 'The guest, where known.';
COMMENT ON COLUMN analytics.order_customers.customer_city IS
    'Where the guest lived at that time (personal data); null means unknown.';
COMMENT ON COLUMN analytics.order_customers.membership IS
    'The guest''s tier at that time (personal data); null means none, or unknown.';
COMMENT ON COLUMN analytics.order_customers.customer_valid_from IS
    'Identifies the version of the guest: customers.valid_from.';
COMMENT ON COLUMN analytics.order_customers.business_ts IS
    'The business time: scheduled_for, or else order_ts. The version of the guest is that of this instant. Filter by this column: it has an index.';
COMMENT ON COLUMN analytics.order_customers.currency IS 'The currency of its amounts, as in order_facts.';
