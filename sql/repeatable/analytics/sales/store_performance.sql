CREATE OR REPLACE VIEW analytics.store_performance AS
WITH parts AS (
    SELECT location_code, order_count, cancelled_orders, paid_orders, total, refunded
    FROM analytics.rollup_sales
    UNION ALL
    SELECT location_code, order_count, cancelled_orders, paid_orders, total, refunded
    FROM analytics.rollup_delta_sales()
), stores AS (
    SELECT location_code, sum(order_count) AS orders, sum(cancelled_orders) AS cancelled, sum(paid_orders) AS paid,
        sum(total) AS total, sum(refunded) AS refunded
    FROM parts
    GROUP BY location_code
    HAVING sum(order_count) > 0 OR sum(cancelled_orders) > 0
), days AS (
    SELECT location_code, min(day) AS first_day, max(day) AS last_day, count(*) AS days
    FROM analytics.daily_sales
    GROUP BY location_code
)
SELECT
    s.location_code,
    l.name AS restaurant,
    s.orders::bigint AS orders,
    CASE WHEN s.paid > 0 THEN s.total END AS revenue,
    round(s.total / nullif(s.paid, 0), 2) AS average_ticket,
    CASE WHEN s.paid > 0 THEN s.total - s.refunded END AS net_revenue,
    CASE WHEN s.paid > 0 THEN rank() OVER (ORDER BY s.total DESC) END AS revenue_rank,
    CASE WHEN s.paid > 0 THEN round(100 * s.total / nullif(sum(s.total) OVER (), 0), 1) END AS revenue_share,
    round(s.orders / d.days, 1) AS orders_per_day,
    s.cancelled::bigint AS cancelled_orders,
    d.first_day,
    d.last_day,
    (s.orders - s.paid)::bigint AS unpaid_orders
FROM stores AS s
LEFT JOIN days AS d ON d.location_code = s.location_code
LEFT JOIN analytics.locations AS l ON l.location_code = s.location_code;

COMMENT ON VIEW analytics.store_performance IS
    'The restaurants compared, over all time. Orders and money count as in daily_sales.';
COMMENT ON COLUMN analytics.store_performance.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.store_performance.restaurant IS 'Its name; null where it is not in analytics.locations.';
COMMENT ON COLUMN analytics.store_performance.orders IS 'Orders that were not cancelled, paid or not.';
COMMENT ON COLUMN analytics.store_performance.revenue IS
    'Tax and tip included, refunds not deducted, over the paid orders; null while none is paid.';
COMMENT ON COLUMN analytics.store_performance.average_ticket IS 'Mean total of the paid orders, to the cent.';
COMMENT ON COLUMN analytics.store_performance.net_revenue IS 'revenue minus refunds.';
COMMENT ON COLUMN analytics.store_performance.revenue_rank IS '1 is the restaurant with the most revenue.';
COMMENT ON COLUMN analytics.store_performance.revenue_share IS 'Percentage of the revenue of all restaurants.';
COMMENT ON COLUMN analytics.store_performance.orders_per_day IS 'Mean over the business days on which it had orders.';
COMMENT ON COLUMN analytics.store_performance.cancelled_orders IS 'Cancelled orders, which the other columns leave out.';
COMMENT ON COLUMN analytics.store_performance.first_day IS 'The first business day with an order.';
COMMENT ON COLUMN analytics.store_performance.last_day IS 'The newest business day with an order.';
COMMENT ON COLUMN analytics.store_performance.unpaid_orders IS
    'How many of orders have no payment yet; the money does not include them.';
