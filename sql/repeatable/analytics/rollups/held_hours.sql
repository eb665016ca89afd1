CREATE OR REPLACE FUNCTION analytics.held_hours(upto timestamptz)
RETURNS TABLE (rollup text, hour timestamptz, location_code text)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH days AS MATERIALIZED (
        -- A business day lies within these bounds in every time zone. They let an index find its orders.
        SELECT DISTINCT b.location_code, b.business_date,
            coalesce((b.business_date - 1)::timestamp AT TIME ZONE 'UTC', '-infinity') AS since,
            least((b.business_date + 3)::timestamp AT TIME ZONE 'UTC', upto) AS until
        FROM analytics.data_quality_blocking AS b
        WHERE b.location_code IS NOT NULL OR b.business_date IS NOT NULL
    ), blocked AS MATERIALIZED (
        SELECT o.order_id, o.business_ts, o.scheduled_for, o.location_code
        FROM days AS d
        LEFT JOIN analytics.locations AS l ON l.location_code = d.location_code
        CROSS JOIN LATERAL (
            SELECT o.order_id, o.business_ts, o.scheduled_for, o.location_code
            FROM analytics.orders AS o
            WHERE o.location_code = d.location_code AND o.business_ts >= d.since AND o.business_ts < d.until
                AND (d.business_date IS NULL
                    OR analytics.business_date(o.business_ts, l.time_zone, l.close_out) = d.business_date)
            OFFSET 0
        ) AS o
    )
    SELECT 'sales', date_trunc('hour', b.business_ts, 'UTC'), b.location_code
    FROM blocked AS b
    UNION
    -- What was published of the day, although its orders may have another day or restaurant by now.
    SELECT 'sales', r.hour, r.location_code
    FROM days AS d
    JOIN analytics.rollup_sales_hours AS r ON r.location_code = d.location_code AND r.hour >= d.since AND r.hour < d.until
        AND (d.business_date IS NULL OR r.business_date = d.business_date)
    UNION
    SELECT 'movements', date_trunc('hour', m.moved_at, 'UTC'), NULL
    FROM days AS d
    LEFT JOIN analytics.locations AS l ON l.location_code = d.location_code
    CROSS JOIN LATERAL (
        SELECT m.moved_at
        FROM analytics.cash_movements AS m
        WHERE m.moved_at >= d.since AND m.moved_at < d.until AND m.location_code IS NOT DISTINCT FROM d.location_code
            AND (d.business_date IS NULL
                OR analytics.business_date(m.moved_at, l.time_zone, l.close_out) = d.business_date)
        OFFSET 0
    ) AS m
    UNION
    SELECT 'movements', r.hour, NULL
    FROM days AS d
    JOIN analytics.rollup_movement_hours AS r ON r.location_code IS NOT DISTINCT FROM d.location_code
        AND r.hour >= d.since AND r.hour < d.until AND (d.business_date IS NULL OR r.business_date = d.business_date)
    UNION
    SELECT 'menu', date_trunc('hour', coalesce(b.scheduled_for, i.event_ts), 'UTC'), NULL
    FROM blocked AS b JOIN analytics.order_items AS i ON i.order_id = b.order_id
    WHERE coalesce(b.scheduled_for, i.event_ts) < upto
    UNION
    SELECT 'feedback', date_trunc('hour', f.created_ts, 'UTC'), NULL
    FROM blocked AS b JOIN analytics.feedback AS f ON f.order_id = b.order_id
    WHERE f.created_ts < upto
    UNION
    -- A day without a restaurant concerns what has no order, by the UTC day.
    SELECT 'menu', date_trunc('hour', i.event_ts, 'UTC'), NULL
    FROM days AS d
    JOIN analytics.order_items AS i ON i.event_ts >= d.business_date::timestamp AT TIME ZONE 'UTC'
        AND i.event_ts < least((d.business_date + 1)::timestamp AT TIME ZONE 'UTC', upto)
    WHERE d.location_code IS NULL AND NOT EXISTS (SELECT FROM analytics.orders AS o WHERE o.order_id = i.order_id)
    UNION
    SELECT 'feedback', date_trunc('hour', f.created_ts, 'UTC'), NULL
    FROM days AS d
    JOIN analytics.feedback AS f ON f.created_ts >= d.business_date::timestamp AT TIME ZONE 'UTC'
        AND f.created_ts < least((d.business_date + 1)::timestamp AT TIME ZONE 'UTC', upto)
    WHERE d.location_code IS NULL AND NOT EXISTS (SELECT FROM analytics.orders AS o WHERE o.order_id = f.order_id)
$$;

COMMENT ON FUNCTION analytics.held_hours(timestamptz) IS
    'The hours before an instant that a refresh must not sum, because an order in them is of a restaurant and business day that data_quality_blocking has: by business_ts for sales, by the line for menu, by the feedback for feedback, by the movement for movements. An hour of menu, feedback and movements is held as a whole, for all restaurants. For refresh_rollups().';
