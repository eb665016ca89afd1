-- dimension: completeness
-- owner: finance
-- description: A completed order has a payment by the end of the grace period.
-- remedy: The payment_captured event never came: look for it in raw_data.dead_letters and raw_data.stream_gaps, else ask the
--   producer to publish it.
-- grace: consistency_grace
SELECT DISTINCT
    o.order_id,
    o.location_code,
    o.order_ts,
    o.total IS NULL AS failed
FROM analytics.arrived_events(%(since)s, %(until)s, '{order_created, order_status_changed}') AS a
JOIN analytics.due_orders AS o ON o.order_id = a.order_id
WHERE o.status = 'completed';
