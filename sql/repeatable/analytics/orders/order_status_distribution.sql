CREATE OR REPLACE VIEW analytics.order_status_distribution AS
WITH parts AS (
    SELECT location_code, order_count, cancelled_orders, pending, preparing, ready
    FROM analytics.rollup_sales
    UNION ALL
    SELECT location_code, order_count, cancelled_orders, pending, preparing, ready
    FROM analytics.rollup_diff_sales()
), stores AS (
    SELECT location_code, sum(pending) AS pending, sum(preparing) AS preparing, sum(ready) AS ready,
        sum(order_count) - sum(pending) - sum(preparing) - sum(ready) AS completed, sum(cancelled_orders) AS cancelled
    FROM parts
    GROUP BY location_code
)
SELECT
    s.location_code,
    v.status,
    v.orders::bigint AS orders,
    round(100 * v.orders / sum(v.orders) OVER (PARTITION BY s.location_code), 2) AS share
FROM stores AS s
CROSS JOIN LATERAL (VALUES
    ('pending', s.pending),
    ('preparing', s.preparing),
    ('ready', s.ready),
    ('completed', s.completed),
    ('cancelled', s.cancelled)
) AS v (status, orders)
WHERE v.orders > 0;

COMMENT ON VIEW analytics.order_status_distribution IS
    'How many orders of each restaurant have each status now, over all time. A status without orders has no row.';
COMMENT ON COLUMN analytics.order_status_distribution.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.order_status_distribution.status IS 'pending, preparing, ready, completed or cancelled.';
COMMENT ON COLUMN analytics.order_status_distribution.orders IS 'Orders with this status.';
COMMENT ON COLUMN analytics.order_status_distribution.share IS 'Percentage of the restaurant''s orders.';
