-- dimension: completeness
-- owner: finance
-- description: A completed order has a payment by the end of the grace period. A restaurant whose source sends no payments is
--   not checked.
-- remedy: The payment_captured event never came: look for it in raw_data.dead_letters and raw_data.stream_gaps, else ask the
--   producer to publish it.
-- grace: consistency_grace
WITH arrived AS MATERIALIZED (
    SELECT DISTINCT o.order_id, o.location_code, o.order_ts, o.total
    FROM analytics.arrived_events(%(since)s, %(until)s, '{order_created, order_status_changed}') AS a
    JOIN analytics.due_orders AS o ON o.order_id = a.order_id
    WHERE o.status = 'completed'
), paying AS MATERIALIZED (
    SELECT l.location_code
    FROM (SELECT DISTINCT location_code FROM arrived) AS l
    CROSS JOIN LATERAL (
        SELECT
        FROM analytics.orders AS o
        JOIN analytics.payments AS p ON p.order_id = o.order_id
        WHERE o.location_code = l.location_code
        LIMIT 1
    ) AS any_payment
)
SELECT a.order_id, a.location_code, a.order_ts, a.total IS NULL AS failed
FROM arrived AS a
JOIN paying AS p ON p.location_code = a.location_code;
