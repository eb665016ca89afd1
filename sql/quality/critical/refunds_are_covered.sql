-- dimension: integrity
-- owner: finance
-- description: The refunds of a payment are not more than its captured amount.
-- remedy: Ask the producer and the restaurant: the money may have been refunded twice.
-- grace: consistency_grace
SELECT
    p.payment_id,
    p.order_id,
    p.amount AS captured,
    sum(r.amount) AS refunded,
    count(*) AS refunds,
    sum(r.amount) > p.amount AS failed
FROM analytics.payments AS p
JOIN analytics.refunds AS r ON r.order_id = p.order_id AND r.payment_id = p.payment_id
WHERE p.order_id IN (
    SELECT a.order_id
    FROM analytics.arrived_events(%(since)s, %(until)s, '{payment_captured, payment_refunded}') AS a)
GROUP BY p.payment_id;
