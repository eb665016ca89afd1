-- dimension: timestamps
-- owner: data-engineering
-- description: No event of an order is earlier than the order itself.
-- remedy: The clocks of the restaurant's devices differ, or the producer mixes time zones: correct them there.
-- grace: consistency_grace
SELECT
    o.order_id,
    o.location_code,
    o.order_ts,
    e.first_ts,
    e.first_ts < o.order_ts - interval '1 second' * analytics.threshold('clock_skew')::float8 AS failed
FROM analytics.orders AS o
CROSS JOIN LATERAL (
    SELECT least(
        (SELECT min(i.event_ts) FROM analytics.order_items AS i WHERE i.order_id = o.order_id),
        (SELECT min(h.changed_ts) FROM analytics.order_status_history AS h WHERE h.order_id = o.order_id),
        (SELECT min(p.processed_at) FROM analytics.payments AS p WHERE p.order_id = o.order_id),
        (SELECT min(r.refunded_ts) FROM analytics.refunds AS r WHERE r.order_id = o.order_id)) AS first_ts
) AS e
WHERE e.first_ts IS NOT NULL
    AND o.order_id IN (
        SELECT a.order_id FROM analytics.arrived_events(%(since)s, %(until)s, NULL) AS a);
