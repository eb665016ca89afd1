-- dimension: completeness
-- owner: data-engineering
-- description: The order that an event names exists by the end of the grace period, and so does the payment of a refund.
-- remedy: The order_created or payment_captured event never came: look for it in raw_data.dead_letters and
--   raw_data.stream_gaps, else ask the producer to publish it.
-- grace: consistency_grace
SELECT
    a.event_id,
    a.event_type,
    a.order_id,
    r.payment_id,
    a.ingested_at AS arrived_at,
    NOT EXISTS (SELECT FROM analytics.orders AS o WHERE o.order_id = a.order_id)
        OR (r.payment_id IS NOT NULL
            AND NOT EXISTS (SELECT FROM analytics.payments AS p WHERE p.payment_id = r.payment_id)) AS failed
FROM analytics.arrived_events(%(since)s, %(until)s, (
    SELECT array_agg(t.event_type) FROM analytics.event_types AS t WHERE t.belongs_to_order)) AS a
LEFT JOIN analytics.refunds AS r ON a.event_type = 'payment_refunded' AND r.refund_id = a.row_id
-- Guests may rate a restaurant without an order.
WHERE a.event_type <> 'feedback_submitted' OR a.order_id IS NOT NULL;
