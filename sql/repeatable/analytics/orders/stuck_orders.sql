CREATE OR REPLACE VIEW analytics.stuck_orders AS
WITH lines AS (
    SELECT
        analytics.present() AS now,
        analytics.threshold('order_stuck') * interval '1 second' AS stuck,
        analytics.threshold('order_abandoned') * interval '1 second' AS abandoned
), parts AS (
    SELECT location_code, pending, preparing, ready FROM analytics.rollup_sales
    UNION ALL
    SELECT location_code, pending, preparing, ready FROM analytics.rollup_diff_sales()
), counted AS (
    SELECT s.location_code, v.status, v.orders
    FROM (
        SELECT location_code, sum(pending) AS pending, sum(preparing) AS preparing, sum(ready) AS ready
        FROM parts
        GROUP BY location_code
    ) AS s
    CROSS JOIN LATERAL (VALUES ('pending', s.pending), ('preparing', s.preparing), ('ready', s.ready)) AS v (status, orders)
    WHERE v.orders > 0
), recent AS (
    SELECT o.location_code, o.status, l.now - coalesce(h.changed_ts, o.business_ts) AS age,
        l.now - coalesce(h.changed_ts, o.business_ts) > l.stuck AS is_stuck
    FROM lines AS l
    CROSS JOIN LATERAL (
        SELECT o.order_id, o.location_code, o.status, o.business_ts
        FROM analytics.due_orders AS o
        WHERE o.business_ts >= l.now - l.abandoned AND o.status IN ('pending', 'preparing', 'ready')
    ) AS o
    LEFT JOIN LATERAL (
        SELECT h.changed_ts
        FROM analytics.order_status_history AS h
        WHERE h.order_id = o.order_id AND h.changed_ts <= l.now
        ORDER BY coalesce(h.event_version, -1) DESC, h.changed_ts DESC, analytics.status_place(h.status) DESC,
            h.event_offset DESC, h.event_id DESC
        LIMIT 1
    ) AS h ON true
), measured AS (
    SELECT location_code, status, count(*) AS orders, count(*) FILTER (WHERE is_stuck) AS stuck,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM age)) AS median, max(extract(epoch FROM age)) AS longest
    FROM recent
    GROUP BY location_code, status
)
SELECT
    c.location_code,
    c.status,
    c.orders::bigint AS open_orders,
    coalesce(m.stuck, 0) AS stuck_orders,
    c.orders::bigint - coalesce(m.orders, 0) AS abandoned_orders,
    round(m.median::numeric) AS median_seconds,
    round(m.longest::numeric) AS longest_seconds
FROM counted AS c
LEFT JOIN measured AS m ON m.location_code = c.location_code AND m.status = c.status;

COMMENT ON VIEW analytics.stuck_orders IS
    'Open orders of each restaurant by status, and how long they have had it. order_stuck and order_abandoned in analytics.thresholds say from when on an order is stuck or abandoned.';
COMMENT ON COLUMN analytics.stuck_orders.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.stuck_orders.status IS 'pending, preparing or ready.';
COMMENT ON COLUMN analytics.stuck_orders.open_orders IS 'Orders with this status, abandoned ones included.';
COMMENT ON COLUMN analytics.stuck_orders.stuck_orders IS
    'Orders that have had it for longer than order_stuck, abandoned ones not included.';
COMMENT ON COLUMN analytics.stuck_orders.abandoned_orders IS
    'Orders whose business time is longer ago than order_abandoned: no event has ended them.';
COMMENT ON COLUMN analytics.stuck_orders.median_seconds IS
    'The median of how long orders have had the status, abandoned ones not included; null when all are abandoned.';
COMMENT ON COLUMN analytics.stuck_orders.longest_seconds IS 'The longest time, abandoned ones not included.';
