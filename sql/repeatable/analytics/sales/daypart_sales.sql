CREATE OR REPLACE VIEW analytics.daypart_sales AS
WITH parts AS (
    SELECT business_date, location_code, daypart, order_count, cancelled_orders, paid_orders, tip, total, refund_count, refunded
    FROM analytics.rollup_sales_days
    UNION ALL
    SELECT business_date, location_code, daypart, order_count, cancelled_orders, paid_orders, tip, total, refund_count, refunded
    FROM analytics.rollup_delta_sales()
)
SELECT
    business_date AS day,
    location_code,
    daypart,
    sum(order_count)::bigint AS order_count,
    CASE WHEN sum(paid_orders) > 0 THEN sum(total) END AS total_revenue,
    round(sum(total) / nullif(sum(paid_orders), 0), 2) AS avg_order_value,
    CASE WHEN sum(paid_orders) > 0 THEN sum(tip) END AS total_tips,
    (sum(order_count) - sum(paid_orders))::bigint AS unpaid_orders,
    sum(cancelled_orders)::bigint AS cancelled_orders,
    CASE WHEN sum(refund_count) > 0 THEN sum(refunded) END AS total_refunds
FROM parts
GROUP BY business_date, location_code, daypart
HAVING sum(order_count) > 0 OR sum(cancelled_orders) > 0;

COMMENT ON VIEW analytics.daypart_sales IS
    'daily_sales by the part of the day: the sums over the dayparts are daily_sales.';
COMMENT ON COLUMN analytics.daypart_sales.day IS 'The business day, as in daily_sales.';
COMMENT ON COLUMN analytics.daypart_sales.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.daypart_sales.daypart IS
    'breakfast, lunch, dinner or late, in the time zone of the restaurant: see analytics.daypart().';
COMMENT ON COLUMN analytics.daypart_sales.order_count IS 'Orders that were not cancelled, paid or not.';
COMMENT ON COLUMN analytics.daypart_sales.total_revenue IS
    'Tax and tip included, refunds not deducted, over the paid orders; null while none is paid.';
COMMENT ON COLUMN analytics.daypart_sales.avg_order_value IS 'Mean total of the paid orders, to the cent.';
COMMENT ON COLUMN analytics.daypart_sales.total_tips IS 'Tips of the paid orders.';
COMMENT ON COLUMN analytics.daypart_sales.unpaid_orders IS 'How many orders of order_count have no payment yet.';
COMMENT ON COLUMN analytics.daypart_sales.cancelled_orders IS
    'Cancelled orders. The other columns do not include them.';
COMMENT ON COLUMN analytics.daypart_sales.total_refunds IS
    'What was refunded for these orders; null where nothing was.';
