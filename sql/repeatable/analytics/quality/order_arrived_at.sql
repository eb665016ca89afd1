CREATE OR REPLACE FUNCTION analytics.order_arrived_at(order_id uuid)
RETURNS timestamptz
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT max(r.ingested_at)
    FROM (
        SELECT event_id, event_ts FROM analytics.orders AS o WHERE o.order_id = order_arrived_at.order_id
        UNION ALL
        SELECT event_id, event_ts FROM analytics.order_snapshots AS n WHERE n.order_id = order_arrived_at.order_id
        UNION ALL
        SELECT event_id, coalesce(snapshot_ts, event_ts) FROM analytics.order_items AS i WHERE i.order_id = order_arrived_at.order_id
        UNION ALL
        SELECT event_id, event_ts FROM analytics.order_status_history AS s WHERE s.order_id = order_arrived_at.order_id
        UNION ALL
        SELECT event_id, coalesce(snapshot_ts, event_ts) FROM analytics.payments AS p WHERE p.order_id = order_arrived_at.order_id
        UNION ALL
        SELECT event_id, coalesce(snapshot_ts, event_ts) FROM analytics.refunds AS f WHERE f.order_id = order_arrived_at.order_id
        UNION ALL
        SELECT event_id, event_ts FROM analytics.order_item_voids AS v WHERE v.order_id = order_arrived_at.order_id
        UNION ALL
        SELECT event_id, event_ts FROM analytics.payment_voids AS w WHERE w.order_id = order_arrived_at.order_id
        UNION ALL
        SELECT event_id, coalesce(snapshot_ts, event_ts) FROM analytics.order_discounts AS d WHERE d.order_id = order_arrived_at.order_id
        UNION ALL
        SELECT event_id, coalesce(snapshot_ts, event_ts) FROM analytics.service_charges AS c WHERE c.order_id = order_arrived_at.order_id
    ) AS e
    JOIN raw_data.events_raw AS r ON r.event_id = e.event_id AND r.ts = e.event_ts
$$;

COMMENT ON FUNCTION analytics.order_arrived_at(uuid) IS
    'When the newest event of an order was written to this database; null once its raw events are archived. Checks apply the grace period from then on.';
