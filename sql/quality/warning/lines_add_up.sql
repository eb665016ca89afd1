-- dimension: integrity
-- owner: restaurant-operations
-- description: The lines of an order add up to its subtotal once it is completed, and are never less than what was paid.
-- remedy: A line or a payment is missing or wrong: look for it in raw_data.dead_letters, else ask the producer.
-- grace: consistency_grace
SELECT
    o.order_id,
    o.status,
    sum(i.extended_price) AS lines,
    o.subtotal,
    (o.subtotal > sum(i.extended_price) OR (o.subtotal < sum(i.extended_price) AND o.status = 'completed'))
        -- An order of which more came after this window is judged with that.
        AND coalesce(analytics.order_arrived_at(o.order_id) < %(until)s, true) AS failed
FROM analytics.orders AS o
JOIN analytics.order_items AS i ON i.order_id = o.order_id
WHERE o.subtotal IS NOT NULL
    AND o.order_id IN (
        SELECT a.order_id FROM analytics.arrived_events(%(since)s, %(until)s, NULL) AS a)
GROUP BY o.order_id
-- Lines of unknown price are not judged.
HAVING count(*) = count(i.extended_price);
