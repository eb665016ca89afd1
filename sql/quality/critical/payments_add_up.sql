-- dimension: integrity
-- owner: finance
-- description: A payment's subtotal, tax and tip are its total, and what was captured for an order is what its payments are for.
-- remedy: Ask the producer whose payments these are for the right ones, published with a new event_id and a later ts.
-- grace: consistency_grace
SELECT
    p.order_id,
    sum(p.amount) AS captured,
    sum(p.total) AS stated,
    sum(p.subtotal + p.tax + p.tip) AS shares,
    (sum(p.amount) <> sum(p.total) OR bool_or(p.subtotal + p.tax + p.tip <> p.total))
        -- An order of which more came after this window is judged with that.
        AND coalesce(analytics.order_arrived_at(p.order_id) < %(until)s, true) AS failed
FROM analytics.payments AS p
WHERE p.order_id IN (
    SELECT a.order_id FROM analytics.arrived_events(%(since)s, %(until)s, NULL) AS a)
GROUP BY p.order_id;
