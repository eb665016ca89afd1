-- dimension: integrity
-- owner: finance
-- description: Subtotal, tax and tip of a payment add up to its total, and the captured amounts of an order to its totals.
-- remedy: Ask the producer of these payments to publish correct ones, with a new event_id and a later ts.
-- grace: consistency_grace
SELECT
    p.order_id,
    sum(p.amount) AS captured,
    sum(p.total) AS stated,
    sum(p.subtotal + p.tax + p.tip) AS shares,
    (sum(p.amount) <> sum(p.total) OR bool_or(p.subtotal + p.tax + p.tip <> p.total))
        -- An order with events after this window is checked in the next window.
        AND coalesce(analytics.order_arrived_at(p.order_id) < %(until)s, true) AS failed
FROM analytics.payments AS p
WHERE p.order_id IN (
    SELECT a.order_id FROM analytics.arrived_events(%(since)s, %(until)s, NULL) AS a)
GROUP BY p.order_id;
