-- dimension: completeness
-- owner: restaurant-operations
-- description: An order has at least one line by the end of the grace period, unless it was cancelled.
-- remedy: The order_item_added events never came: look for them in raw_data.dead_letters and raw_data.stream_gaps, else ask
--   the producer to publish them.
-- grace: consistency_grace
SELECT
    o.order_id,
    o.location_code,
    o.order_ts,
    a.ingested_at AS arrived_at,
    -- OFFSET 0: order by order, so that no table is read whole.
    NOT EXISTS (
        SELECT FROM analytics.order_items AS i WHERE i.order_id = o.order_id AND NOT i.is_replaced OFFSET 0) AS failed
FROM analytics.arrived_events(%(since)s, %(until)s, '{order_created}') AS a
JOIN analytics.due_orders AS o ON o.order_id = a.row_id
WHERE o.status <> 'cancelled';
