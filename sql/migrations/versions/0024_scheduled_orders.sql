-- Orders for later. Figures end at the present: what is dated in the future counts when its time comes. Writers of the
-- version before leave scheduled_for null.

-- Writers wait from the first of their tables on. A migration that locks a later table first could deadlock with them.
LOCK TABLE raw_data.event_ids IN SHARE ROW EXCLUSIVE MODE;

ALTER TABLE analytics.orders
    ADD COLUMN scheduled_for timestamptz,
    ADD COLUMN business_ts timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(scheduled_for, order_ts)) STORED;
COMMENT ON COLUMN analytics.orders.scheduled_for IS
    'For an order for later (pre-order, catering): when it is to be served (UTC). Null for an order for now.';
COMMENT ON COLUMN analytics.orders.business_ts IS
    'The business time of the order: scheduled_for, or else order_ts. The order belongs to the hour and the business day of this instant, and counts in no figure before it.';

DROP INDEX analytics.orders_location_order_ts, analytics.orders_order_ts, analytics.orders_minute;
CREATE INDEX orders_location_business_ts ON analytics.orders (location_code, business_ts);
CREATE INDEX orders_business_ts ON analytics.orders (business_ts);
CREATE INDEX orders_minute ON analytics.orders (date_bin('1 minute', business_ts, '2000-01-01 00:00+00'));
CREATE INDEX orders_scheduled_for ON analytics.orders (scheduled_for) WHERE scheduled_for IS NOT NULL;

CREATE TABLE analytics.future_events (
    future_event_id bigint GENERATED ALWAYS AS IDENTITY,
    order_id        uuid        NOT NULL,
    until           timestamptz NOT NULL,
    CONSTRAINT future_events_pkey PRIMARY KEY (future_event_id)
);
COMMENT ON TABLE analytics.future_events IS
    'Orders with a line, status change, payment, refund, void, discount or service charge that was dated in the future when it came. Until then the order is shown without it, and its hours are summed again by each refresh. Rows are only added; refresh_rollups() deletes those whose time has come.';
COMMENT ON COLUMN analytics.future_events.future_event_id IS 'Surrogate key.';
COMMENT ON COLUMN analytics.future_events.order_id IS 'The order.';
COMMENT ON COLUMN analytics.future_events.until IS 'The time of the event.';

INSERT INTO analytics.future_events (order_id, until)
SELECT p.order_id, p.processed_at FROM analytics.payments AS p WHERE p.event_ts > now()
UNION ALL
SELECT h.order_id, h.changed_ts FROM analytics.order_status_history AS h WHERE h.changed_ts > now()
UNION ALL
SELECT r.order_id, r.refunded_ts FROM analytics.refunds AS r WHERE r.refunded_ts > now()
UNION ALL
SELECT i.order_id, i.event_ts FROM analytics.order_items AS i WHERE i.event_ts > now();

-- Rollups that reach into the future are emptied: the views read the tables until the next refresh.
DO $$
BEGIN
    IF (SELECT w.closed_before > now() FROM analytics.rollup_watermark AS w) THEN
        UPDATE analytics.rollup_watermark SET logged_before = '-infinity', closed_before = '-infinity';
        DELETE FROM analytics.rollup_invalidations;
        TRUNCATE analytics.rollup_sales_hours, analytics.rollup_sales_days, analytics.rollup_sales,
            analytics.rollup_payment_hours, analytics.rollup_payment_days, analytics.rollup_menu_hours,
            analytics.rollup_menu, analytics.rollup_feedback_hours, analytics.rollup_feedback_days,
            analytics.rollup_cash_hours, analytics.rollup_movement_hours, analytics.rollup_movement_days;
    END IF;
END
$$;

-- The version before has summed what is dated in the future. These hours are summed again.
INSERT INTO analytics.rollup_invalidations (rollup, hour, location_code)
SELECT DISTINCT 'sales', date_trunc('hour', o.order_ts, 'UTC'), o.location_code
FROM analytics.orders AS o
CROSS JOIN analytics.rollup_watermark AS w
WHERE o.order_ts < w.logged_before
    AND (o.order_ts > now() OR o.order_id IN (SELECT f.order_id FROM analytics.future_events AS f));
INSERT INTO analytics.rollup_invalidations (rollup, hour)
SELECT DISTINCT 'menu', date_trunc('hour', i.event_ts, 'UTC')
FROM analytics.order_items AS i
JOIN analytics.orders AS o ON o.order_id = i.order_id
CROSS JOIN analytics.rollup_watermark AS w
WHERE i.event_ts < w.logged_before
    AND (i.event_ts > now() OR o.order_ts > now() OR o.order_id IN (SELECT f.order_id FROM analytics.future_events AS f));
INSERT INTO analytics.rollup_invalidations (rollup, hour)
SELECT DISTINCT 'feedback', date_trunc('hour', f.created_ts, 'UTC')
FROM analytics.feedback AS f
CROSS JOIN analytics.rollup_watermark AS w
WHERE f.created_ts < w.logged_before AND f.created_ts > now();
