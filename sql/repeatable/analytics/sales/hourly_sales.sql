CREATE OR REPLACE VIEW analytics.hourly_sales AS
WITH parts AS (
    SELECT hour, location_code, service_type, order_count, cancelled_orders, paid_orders, subtotal, tax, tip, total
    FROM analytics.rollup_sales_hours
    UNION ALL
    SELECT hour, location_code, service_type, order_count, cancelled_orders, paid_orders, subtotal, tax, tip, total
    FROM analytics.rollup_delta_sales()
)
SELECT
    hour,
    location_code,
    service_type,
    sum(order_count)::bigint AS order_count,
    CASE WHEN sum(paid_orders) > 0 THEN sum(subtotal) END AS subtotal,
    CASE WHEN sum(paid_orders) > 0 THEN sum(tax) END AS tax,
    CASE WHEN sum(paid_orders) > 0 THEN sum(tip) END AS tip,
    CASE WHEN sum(paid_orders) > 0 THEN sum(total) END AS total,
    round(sum(total) / nullif(sum(paid_orders), 0), 2) AS avg_order_value,
    (sum(order_count) - sum(paid_orders))::bigint AS unpaid_orders,
    sum(cancelled_orders)::bigint AS cancelled_orders
FROM parts
GROUP BY hour, location_code, service_type
HAVING sum(order_count) > 0 OR sum(cancelled_orders) > 0;

COMMENT ON VIEW analytics.hourly_sales IS
    'Sales by hour, restaurant and service type. Cancelled and unpaid orders count as in daily_sales: the sums over a business day are daily_sales.';
COMMENT ON COLUMN analytics.hourly_sales.hour IS
    'The instant at which the hour of business_ts began. Hours begin as in UTC.';
COMMENT ON COLUMN analytics.hourly_sales.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.hourly_sales.service_type IS 'dine_in, takeout or delivery.';
COMMENT ON COLUMN analytics.hourly_sales.order_count IS 'Orders that were not cancelled, paid or not.';
COMMENT ON COLUMN analytics.hourly_sales.subtotal IS
    'Before tax and tip, over the paid orders; null while none is paid.';
COMMENT ON COLUMN analytics.hourly_sales.tax IS 'Tax, over the paid orders.';
COMMENT ON COLUMN analytics.hourly_sales.tip IS 'Tips, over the paid orders.';
COMMENT ON COLUMN analytics.hourly_sales.total IS 'Tax and tip included, refunds not deducted, over the paid orders.';
COMMENT ON COLUMN analytics.hourly_sales.avg_order_value IS 'Mean total of the paid orders, to the cent.';
COMMENT ON COLUMN analytics.hourly_sales.unpaid_orders IS
    'How many orders of order_count have no payment yet; the money does not include them.';
COMMENT ON COLUMN analytics.hourly_sales.cancelled_orders IS 'Cancelled orders. The other columns do not include them.';
