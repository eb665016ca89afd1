-- dimension: integrity
-- owner: finance
-- description: The parts of a payment add up to its total, and the captured amounts of an order to its totals. Rounding, tips
--   and change may make a difference, up to what is possible.
-- remedy: Correct the payments in sample at their producer, and publish them again with a new event_id and a later ts. Each
--   payment of a split bill states its own share.
-- grace: consistency_grace
SELECT
    b.order_id,
    b.location_code,
    b.happened_at,
    b.captured,
    b.stated,
    b.shares,
    b.verdict = 'impossible'
        -- An order with events after this window is checked in the next window.
        AND coalesce(analytics.order_arrived_at(b.order_id) < %(until)s, true) AS failed
FROM analytics.arrived_bills(%(since)s, %(until)s) AS b;
