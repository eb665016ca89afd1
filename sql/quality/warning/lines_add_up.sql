-- dimension: integrity
-- owner: restaurant-operations
-- description: The lines of a completed order add up to its subtotal, and are never less than what was paid, apart from
--   rounding.
-- remedy: A line or a payment is missing or wrong: look for it in raw_data.dead_letters, else ask the producer.
-- grace: consistency_grace
SELECT
    o.order_id,
    o.status,
    sum(i.extended_price) AS lines,
    o.subtotal,
    (o.subtotal > sum(i.extended_price) + (SELECT analytics.threshold('rounding_legal'))
        OR (o.subtotal < sum(i.extended_price) - (SELECT analytics.threshold('rounding_legal')) AND o.status = 'completed'))
        -- An order with events after this window is checked in the next window.
        AND coalesce(analytics.order_arrived_at(o.order_id) < %(until)s, true) AS failed
FROM analytics.orders AS o
JOIN analytics.order_items AS i ON i.order_id = o.order_id
WHERE o.subtotal IS NOT NULL
    AND o.order_id IN (
        SELECT a.order_id FROM analytics.arrived_events(%(since)s, %(until)s, NULL) AS a)
GROUP BY o.order_id
-- Orders with a line of unknown price are not checked.
HAVING count(*) = count(i.extended_price);
