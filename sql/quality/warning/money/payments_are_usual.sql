-- dimension: integrity
-- owner: finance
-- description: Payments differ from their bills by rounding only, and not by change, by a tip that the bill does not state,
--   or by more than coins.
-- remedy: Look at the bills in sample. A till that sends what the guest gave as the amount of a cash payment must send it
--   less the change; a tip that was added later must be in tip and total.
-- grace: consistency_grace
SELECT
    b.order_id,
    b.location_code,
    b.happened_at,
    b.captured,
    b.stated,
    b.shares,
    -- What is impossible fails payments_add_up.
    b.verdict = 'unusual'
        -- An order with events after this window is checked in the next window.
        AND coalesce(analytics.order_arrived_at(b.order_id) < %(until)s, true) AS failed
FROM analytics.arrived_bills(%(since)s, %(until)s) AS b;
