CREATE OR REPLACE VIEW analytics.late_events AS
SELECT
    l.event_id,
    l.event_type,
    l.order_id,
    o.location_code,
    date_bin('1 minute', o.business_ts, '2000-01-01 00:00+00') AS window_start,
    l.event_time,
    l.known_at,
    l.watermark - (date_bin('1 minute', l.event_time, '2000-01-01 00:00+00') + interval '1 minute') AS late_by
FROM raw_data.late_arrivals AS l
LEFT JOIN analytics.orders AS o ON o.order_id = l.order_id;

COMMENT ON VIEW analytics.late_events IS
    'Events that restated a window: each came after the minute of its own event time was final in its stream. A payment one hour after its order is not late; a payment that arrives one hour after it was made is late.';
COMMENT ON COLUMN analytics.late_events.event_id IS 'The event.';
COMMENT ON COLUMN analytics.late_events.event_type IS
    'order_created, payment_captured, payment_refunded, or order_status_changed to cancelled: the types that change the figures of a window.';
COMMENT ON COLUMN analytics.late_events.order_id IS 'The order that the event names.';
COMMENT ON COLUMN analytics.late_events.location_code IS 'The restaurant of the order; null while its order_created has not come.';
COMMENT ON COLUMN analytics.late_events.window_start IS
    'The window that the event restates: the minute of the order''s business_ts. Null while the order_created has not come.';
COMMENT ON COLUMN analytics.late_events.event_time IS 'order_ts of an order_created, ts of any other event.';
COMMENT ON COLUMN analytics.late_events.known_at IS
    'When it came: one instant per batch, later than that of every earlier batch.';
COMMENT ON COLUMN analytics.late_events.late_by IS 'How long, in event time, it came after its minute was final.';
