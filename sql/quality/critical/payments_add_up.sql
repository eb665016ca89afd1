-- dimension: integrity
-- owner: finance
-- description: The parts of a payment add up to its total (subtotal + tax + tip + service_charge - discount + rounding), and
--   the captured amounts of an order to its totals.
-- remedy: Ask the producer of these payments to publish correct ones, with a new event_id and a later ts.
-- grace: consistency_grace
SELECT
    p.order_id,
    sum(p.amount) AS captured,
    sum(p.total) AS stated,
    sum(s.parts) AS shares,
    (sum(p.amount) <> sum(p.total) OR bool_or(s.parts <> p.total))
        -- An order with events after this window is checked in the next window.
        AND coalesce(analytics.order_arrived_at(p.order_id) < %(until)s, true) AS failed
FROM analytics.payments AS p
CROSS JOIN LATERAL (
    SELECT p.subtotal + p.tax + p.tip + coalesce(p.service_charge, 0) - coalesce(p.discount, 0) + coalesce(p.rounding, 0)
        AS parts
) AS s
WHERE p.order_id IN (
    SELECT a.order_id FROM analytics.arrived_events(%(since)s, %(until)s, NULL) AS a)
GROUP BY p.order_id;
