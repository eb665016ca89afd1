CREATE OR REPLACE FUNCTION analytics.invalidate_future(upto timestamptz)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM analytics.future_events AS f WHERE f.until <= analytics.present();
    INSERT INTO analytics.rollup_invalidations (rollup, hour, location_code)
    SELECT DISTINCT 'sales', date_trunc('hour', o.business_ts, 'UTC'), o.location_code
    FROM analytics.future_events AS f
    JOIN analytics.orders AS o ON o.order_id = f.order_id
    WHERE o.business_ts < upto;
    INSERT INTO analytics.rollup_invalidations (rollup, hour)
    SELECT 'menu', date_trunc('hour', coalesce(o.scheduled_for, i.event_ts), 'UTC')
    FROM (
        SELECT f.order_id FROM analytics.future_events AS f
        UNION
        -- A wrong clock has dated these orders in the future, and their lines perhaps not.
        SELECT o.order_id FROM analytics.orders AS o
        WHERE o.business_ts > analytics.present() AND o.scheduled_for IS NULL
    ) AS f
    JOIN analytics.order_items AS i ON i.order_id = f.order_id
    LEFT JOIN analytics.orders AS o ON o.order_id = f.order_id
    WHERE coalesce(o.scheduled_for, i.event_ts) < upto
    GROUP BY 2;
    -- The void of a payment changes the hour of that payment.
    INSERT INTO analytics.rollup_invalidations (rollup, hour)
    SELECT DISTINCT 'movements', date_trunc('hour', p.event_ts, 'UTC')
    FROM analytics.future_events AS f
    JOIN analytics.payment_voids AS v ON v.order_id = f.order_id
    JOIN analytics.payments AS p ON p.payment_id = v.payment_id
    WHERE v.voided_ts > analytics.present() AND p.event_ts < upto;
    -- The tender of a refund is that of its payment.
    INSERT INTO analytics.rollup_invalidations (rollup, hour)
    SELECT DISTINCT 'movements', date_trunc('hour', r.refunded_ts, 'UTC')
    FROM analytics.payments AS p
    JOIN analytics.refunds AS r ON r.payment_id = p.payment_id
    WHERE p.event_ts > analytics.present() AND r.refunded_ts < upto;
END
$$;

COMMENT ON FUNCTION analytics.invalidate_future(timestamptz) IS
    'Part of refresh_rollups(): hours before an instant stay in rollup_invalidations while they have an event that is dated in the future. Its time comes without a write, and until the next refresh the views read these hours from the tables.';
