-- severity: warning
-- dimension: completeness
-- owner: data-engineering
-- description: The order of a line, payment, refund or status change is there by the end of the grace period.
-- remedy: The order_created event never came: look for it in raw_data.dead_letters and raw_data.stream_gaps, else ask the
--   producer to publish it.
-- grace: consistency_grace
SELECT
    a.event_id,
    a.event_type,
    a.order_id,
    a.ingested_at AS arrived_at,
    NOT EXISTS (SELECT FROM analytics.orders AS o WHERE o.order_id = a.order_id) AS failed
FROM analytics.arrived_events(%(since)s, %(until)s,
    '{order_item_added, order_status_changed, payment_captured, payment_refunded}') AS a;
