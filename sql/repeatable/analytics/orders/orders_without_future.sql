CREATE OR REPLACE VIEW analytics.orders_without_future AS
SELECT f.order_id, coalesce(s.status, 'pending') AS status, p.subtotal, p.tax, p.tip, p.total
FROM (
    SELECT DISTINCT e.order_id FROM analytics.future_events AS e WHERE e.until > analytics.present()
) AS f
LEFT JOIN LATERAL (
    SELECT h.status
    FROM analytics.order_status_history AS h
    WHERE h.order_id = f.order_id AND h.changed_ts <= analytics.present()
    ORDER BY h.changed_ts DESC, h.event_id DESC
    LIMIT 1
) AS s ON true
CROSS JOIN LATERAL (
    SELECT sum(p.subtotal) AS subtotal, sum(p.tax) AS tax, sum(p.tip) AS tip, sum(p.total) AS total
    FROM analytics.payments AS p
    WHERE p.order_id = f.order_id AND p.processed_at <= analytics.present()
) AS p;

COMMENT ON VIEW analytics.orders_without_future IS
    'The derived columns of the orders that have an event in the future (future_events), without these events. Empty almost always.';
COMMENT ON COLUMN analytics.orders_without_future.order_id IS 'The order.';
COMMENT ON COLUMN analytics.orders_without_future.status IS 'Its status at present.';
COMMENT ON COLUMN analytics.orders_without_future.subtotal IS 'Sum over its payments up to now, before tax and tip.';
COMMENT ON COLUMN analytics.orders_without_future.tax IS 'Sum over its payments up to now.';
COMMENT ON COLUMN analytics.orders_without_future.tip IS 'Sum over its payments up to now.';
COMMENT ON COLUMN analytics.orders_without_future.total IS 'Sum over its payments up to now, tax and tip included.';
