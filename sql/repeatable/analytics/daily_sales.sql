CREATE OR REPLACE VIEW analytics.daily_sales AS
WITH refunded AS (
    SELECT order_id, sum(amount) AS amount
    FROM analytics.refunds
    GROUP BY order_id
)
SELECT
    (o.order_ts AT TIME ZONE 'UTC')::date AS day,
    o.location_code,
    count(*) FILTER (WHERE o.status <> 'cancelled') AS order_count,
    sum(o.total) FILTER (WHERE o.status <> 'cancelled') AS total_revenue,
    round(avg(o.total) FILTER (WHERE o.status <> 'cancelled'), 2) AS avg_order_value,
    sum(o.tip) FILTER (WHERE o.status <> 'cancelled') AS total_tips,
    round(avg(o.tip) FILTER (WHERE o.status <> 'cancelled'), 2) AS avg_tip,
    count(*) FILTER (WHERE o.status <> 'cancelled' AND o.total IS NULL) AS unpaid_orders,
    count(*) FILTER (WHERE o.status = 'cancelled') AS cancelled_orders,
    sum(r.amount) FILTER (WHERE o.status <> 'cancelled') AS total_refunds
FROM analytics.orders AS o
LEFT JOIN refunded AS r ON r.order_id = o.order_id
GROUP BY (o.order_ts AT TIME ZONE 'UTC')::date, o.location_code;

COMMENT ON VIEW analytics.daily_sales IS
    'Sales by day and restaurant. Cancelled orders count in cancelled_orders and nowhere else; an unpaid order counts in order_count and unpaid_orders, and no money is invented for it: sums and averages are over the paid ones, and null where there are none.';
COMMENT ON COLUMN analytics.daily_sales.day IS 'The day of order_ts in UTC, whatever the session''s time zone.';
COMMENT ON COLUMN analytics.daily_sales.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.daily_sales.order_count IS 'Orders that were not cancelled, paid or not.';
COMMENT ON COLUMN analytics.daily_sales.total_revenue IS
    'What their payments say they came to, tax and tip included, refunds not deducted; null while none is paid.';
COMMENT ON COLUMN analytics.daily_sales.avg_order_value IS 'Mean total of the paid ones, to the cent.';
COMMENT ON COLUMN analytics.daily_sales.total_tips IS 'Tips of the paid ones.';
COMMENT ON COLUMN analytics.daily_sales.avg_tip IS 'Mean tip of the paid ones, those without a tip included, to the cent.';
COMMENT ON COLUMN analytics.daily_sales.unpaid_orders IS 'How many of order_count have no payment yet: total_revenue leaves them out.';
COMMENT ON COLUMN analytics.daily_sales.cancelled_orders IS 'Cancelled orders, which the other columns leave out.';
COMMENT ON COLUMN analytics.daily_sales.total_refunds IS
    'What was given back for these orders, whenever that was; null where nothing was. Net revenue is total_revenue - coalesce(total_refunds, 0).';
