CREATE OR REPLACE VIEW analytics.daily_sales AS
WITH parts AS (
    SELECT business_date, location_code, order_count, cancelled_orders, paid_orders, tip, total, refund_count, refunded
    FROM analytics.rollup_sales_days
    UNION ALL
    SELECT business_date, location_code, order_count, cancelled_orders, paid_orders, tip, total, refund_count, refunded
    FROM analytics.rollup_delta_sales()
)
SELECT
    business_date AS day,
    location_code,
    sum(order_count)::bigint AS order_count,
    CASE WHEN sum(paid_orders) > 0 THEN sum(total) END AS total_revenue,
    round(sum(total) / nullif(sum(paid_orders), 0), 2) AS avg_order_value,
    CASE WHEN sum(paid_orders) > 0 THEN sum(tip) END AS total_tips,
    round(sum(tip) / nullif(sum(paid_orders), 0), 2) AS avg_tip,
    (sum(order_count) - sum(paid_orders))::bigint AS unpaid_orders,
    sum(cancelled_orders)::bigint AS cancelled_orders,
    CASE WHEN sum(refund_count) > 0 THEN sum(refunded) END AS total_refunds
FROM parts
GROUP BY business_date, location_code
HAVING sum(order_count) > 0 OR sum(cancelled_orders) > 0;

COMMENT ON VIEW analytics.daily_sales IS
    'Sales by day and restaurant. Cancelled orders count only in cancelled_orders. An unpaid order counts in order_count and unpaid_orders and adds no money: sums and averages are over the paid orders, and null where there are none.';
COMMENT ON COLUMN analytics.daily_sales.day IS
    'The business day of business_ts, by the time zone and close-out of the restaurant (analytics.locations); the day in UTC while the restaurant is not in analytics.locations.';
COMMENT ON COLUMN analytics.daily_sales.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.daily_sales.order_count IS 'Orders that were not cancelled, paid or not.';
COMMENT ON COLUMN analytics.daily_sales.total_revenue IS
    'The total that the payments state, tax and tip included, refunds not deducted; null while none is paid.';
COMMENT ON COLUMN analytics.daily_sales.avg_order_value IS 'Mean total of the paid orders, to the cent.';
COMMENT ON COLUMN analytics.daily_sales.total_tips IS 'Tips of the paid orders.';
COMMENT ON COLUMN analytics.daily_sales.avg_tip IS
    'Mean tip of the paid orders, those without a tip included, to the cent.';
COMMENT ON COLUMN analytics.daily_sales.unpaid_orders IS
    'How many orders of order_count have no payment yet; total_revenue does not include them.';
COMMENT ON COLUMN analytics.daily_sales.cancelled_orders IS 'Cancelled orders. The other columns do not include them.';
COMMENT ON COLUMN analytics.daily_sales.total_refunds IS
    'What was refunded for these orders, at any time; null where nothing was. Net revenue is total_revenue - coalesce(total_refunds, 0).';
