CREATE OR REPLACE VIEW analytics.hourly_sales AS
SELECT
    date_trunc('hour', order_ts, 'UTC') AS hour,
    location_code,
    service_type,
    count(*) FILTER (WHERE status <> 'cancelled') AS order_count,
    sum(subtotal) FILTER (WHERE status <> 'cancelled') AS subtotal,
    sum(tax) FILTER (WHERE status <> 'cancelled') AS tax,
    sum(tip) FILTER (WHERE status <> 'cancelled') AS tip,
    sum(total) FILTER (WHERE status <> 'cancelled') AS total,
    round(avg(total) FILTER (WHERE status <> 'cancelled'), 2) AS avg_order_value,
    count(*) FILTER (WHERE status <> 'cancelled' AND total IS NULL) AS unpaid_orders,
    count(*) FILTER (WHERE status = 'cancelled') AS cancelled_orders
FROM analytics.orders
GROUP BY date_trunc('hour', order_ts, 'UTC'), location_code, service_type;

COMMENT ON VIEW analytics.hourly_sales IS
    'Sales by hour, restaurant and service. Cancelled and unpaid orders as in daily_sales: its sums over a day are daily_sales.';
COMMENT ON COLUMN analytics.hourly_sales.hour IS 'The instant at which the hour of order_ts began, cut in UTC.';
COMMENT ON COLUMN analytics.hourly_sales.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.hourly_sales.service_type IS 'dine_in, takeout or delivery.';
COMMENT ON COLUMN analytics.hourly_sales.order_count IS 'Orders that were not cancelled, paid or not.';
COMMENT ON COLUMN analytics.hourly_sales.subtotal IS 'Before tax and tip, over the paid ones; null while none is paid.';
COMMENT ON COLUMN analytics.hourly_sales.tax IS 'Tax, over the paid ones.';
COMMENT ON COLUMN analytics.hourly_sales.tip IS 'Tips, over the paid ones.';
COMMENT ON COLUMN analytics.hourly_sales.total IS 'Tax and tip included, refunds not deducted, over the paid ones.';
COMMENT ON COLUMN analytics.hourly_sales.avg_order_value IS 'Mean total of the paid ones, to the cent.';
COMMENT ON COLUMN analytics.hourly_sales.unpaid_orders IS 'How many of order_count have no payment yet: the money leaves them out.';
COMMENT ON COLUMN analytics.hourly_sales.cancelled_orders IS 'Cancelled orders, which the other columns leave out.';
