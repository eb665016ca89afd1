CREATE OR REPLACE VIEW analytics.current_order_status AS
SELECT
    o.order_id,
    o.location_code,
    o.order_ts,
    o.status,
    coalesce(h.changed_ts, o.business_ts) AS since,
    h.changes,
    h.path,
    o.status IN ('pending', 'preparing', 'ready') AS is_open,
    o.business_ts,
    o.external_id
FROM analytics.due_orders AS o
CROSS JOIN LATERAL (
    SELECT (array_agg(c.changed_ts ORDER BY c.place DESC))[1] AS changed_ts, count(*) AS changes,
        coalesce(jsonb_agg(jsonb_build_object('status', c.status, 'at', c.changed_ts) ORDER BY c.place), '[]') AS path
    FROM (
        SELECT h.status, h.changed_ts, row_number() OVER (
            ORDER BY coalesce(h.event_version, -1), h.changed_ts, analytics.status_place(h.status), h.event_offset, h.event_id
        ) AS place
        FROM analytics.order_status_history AS h
        WHERE h.order_id = o.order_id AND h.changed_ts <= analytics.present()
    ) AS c
) AS h;

COMMENT ON VIEW analytics.current_order_status IS 'The status of each order whose time has come, since when, and all its status changes.';
COMMENT ON COLUMN analytics.current_order_status.order_id IS 'The order.';
COMMENT ON COLUMN analytics.current_order_status.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.current_order_status.order_ts IS
    'When the guest ordered.';
COMMENT ON COLUMN analytics.current_order_status.status IS
    'The status of the last change; pending before the first. Changes are in the order of version, changed_ts, place in the life of an order, offset and event_id.';
COMMENT ON COLUMN analytics.current_order_status.since IS
    'The changed_ts of the last change; business_ts before the first.';
COMMENT ON COLUMN analytics.current_order_status.changes IS 'Number of known status changes.';
COMMENT ON COLUMN analytics.current_order_status.path IS 'All status changes in their order: [{"status", "at"}].';
COMMENT ON COLUMN analytics.current_order_status.is_open IS 'Neither completed nor cancelled.';
COMMENT ON COLUMN analytics.current_order_status.business_ts IS
    'The business time: scheduled_for, or else order_ts. Filter by this column: it has an index.';
COMMENT ON COLUMN analytics.current_order_status.external_id IS
    'The number of the order, as its till shows it; null where the till sent a UUID.';
