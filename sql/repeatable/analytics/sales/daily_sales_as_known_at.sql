CREATE OR REPLACE FUNCTION analytics.daily_sales_as_known_at(known_at timestamptz)
RETURNS TABLE (
    day date, location_code text, order_count bigint, total_revenue numeric, avg_order_value numeric, total_tips numeric,
    avg_tip numeric, unpaid_orders bigint, cancelled_orders bigint, total_refunds numeric, is_exact boolean,
    currency text
)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    WITH known AS MATERIALIZED (
        SELECT p.event_type, e.ts, e.event_id, e.event_offset, e.version, p.payload, p.happened_at,
            analytics.payload_id_group(p.payload, 'order_id', e.stream_id, e.partition_key) AS order_id,
            -- The payment or the refund of the event.
            CASE WHEN p.event_type IN ('payment_captured', 'payment_voided')
                THEN analytics.payload_id_group(p.payload, 'payment_id', e.stream_id, e.partition_key)
            WHEN p.event_type = 'payment_refunded'
                THEN analytics.payload_id_group(p.payload, 'refund_id', e.stream_id, e.partition_key)
            END AS part_id
        FROM raw_data.events_raw AS e
        JOIN analytics.event_types AS t ON t.event_type = e.event_type
        CROSS JOIN LATERAL (
            SELECT e.event_type, e.payload, e.ts AS happened_at
            UNION ALL
            SELECT s.* FROM analytics.parts_of_snapshot(e.payload, e.ts) AS s WHERE e.event_type = 'order_snapshot'
        ) AS p
        WHERE e.ingested_at <= known_at
            AND e.partition_key <> e.stream_id -- without streams that are taken raw
            AND e.event_type IN ('order_created', 'order_status_changed', 'payment_captured', 'payment_voided', 'payment_refunded',
                'order_snapshot')
            AND (t.checked_fields IS NULL OR analytics.payload_fits(t.checked_fields, e.payload))
    ), snapshots AS (
        -- What is older than the newest snapshot of its order is not in it.
        SELECT DISTINCT ON (k.order_id) k.order_id, coalesce(k.version, -1) AS version, k.ts, k.event_offset, k.event_id
        FROM known AS k
        WHERE k.event_type = 'order_snapshot'
        ORDER BY k.order_id, coalesce(k.version, -1) DESC, k.ts DESC, k.event_offset DESC, k.event_id DESC
    ), orders AS (
        SELECT DISTINCT ON (k.order_id) k.order_id,
            analytics.moment(coalesce(k.payload ->> 'scheduled_for', k.payload ->> 'order_ts')) AS business_ts,
            k.payload ->> 'location_code' AS location_code, k.payload ->> 'currency' AS stated
        FROM known AS k
        WHERE k.event_type = 'order_created'
        ORDER BY k.order_id, coalesce(k.version, -1) DESC, k.ts DESC, k.event_offset DESC, k.event_id DESC
    ), status AS (
        SELECT DISTINCT ON (k.order_id) k.order_id, k.payload ->> 'status' AS status
        FROM known AS k
        WHERE k.event_type = 'order_status_changed'
            AND analytics.moment(k.payload ->> 'changed_ts') <= least(known_at, analytics.present())
        ORDER BY k.order_id, coalesce(k.version, -1) DESC, analytics.moment(k.payload ->> 'changed_ts') DESC,
            analytics.status_place(k.payload ->> 'status') DESC, k.event_offset DESC, k.event_id DESC
    ), voided AS (
        SELECT DISTINCT ON (k.part_id) k.part_id AS payment_id, k.order_id,
            analytics.moment(k.payload ->> 'voided_ts') AS voided_ts,
            (coalesce(k.version, -1), k.ts, k.event_offset, k.event_id) < (s.version, s.ts, s.event_offset, s.event_id)
                AS is_replaced
        FROM known AS k
        LEFT JOIN snapshots AS s ON s.order_id = k.order_id
        WHERE k.event_type = 'payment_voided'
        ORDER BY k.part_id, coalesce(k.version, -1) DESC, k.ts DESC, k.event_offset DESC,
            k.event_id DESC
    ), paid AS (
        SELECT p.order_id, sum((p.payload ->> 'total')::numeric) AS total, sum((p.payload ->> 'tip')::numeric) AS tip
        FROM (
            SELECT DISTINCT ON (k.part_id) k.part_id, k.order_id, k.happened_at, k.payload,
                (coalesce(k.version, -1), k.ts, k.event_offset, k.event_id)
                    < (s.version, s.ts, s.event_offset, s.event_id) AS is_replaced
            FROM known AS k
            LEFT JOIN snapshots AS s ON s.order_id = k.order_id
            WHERE k.event_type = 'payment_captured'
            ORDER BY k.part_id, coalesce(k.version, -1) DESC, k.ts DESC, k.event_offset DESC,
                k.event_id DESC
        ) AS p
        WHERE p.happened_at <= least(known_at, analytics.present()) AND p.is_replaced IS NOT TRUE
            AND NOT EXISTS (
                SELECT FROM voided AS v
                WHERE v.payment_id = p.part_id AND v.order_id = p.order_id
                    AND v.is_replaced IS NOT TRUE AND v.voided_ts <= least(known_at, analytics.present()))
        GROUP BY p.order_id
    ), refunded AS (
        SELECT r.order_id, sum((r.payload ->> 'amount')::numeric) AS amount
        FROM (
            SELECT DISTINCT ON (k.part_id) k.order_id, k.payload,
                (coalesce(k.version, -1), k.ts, k.event_offset, k.event_id)
                    < (s.version, s.ts, s.event_offset, s.event_id) AS is_replaced
            FROM known AS k
            LEFT JOIN snapshots AS s ON s.order_id = k.order_id
            WHERE k.event_type = 'payment_refunded'
            ORDER BY k.part_id, coalesce(k.version, -1) DESC, k.ts DESC, k.event_offset DESC,
                k.event_id DESC
        ) AS r
        WHERE r.is_replaced IS NOT TRUE
            AND analytics.moment(r.payload ->> 'refunded_ts') <= least(known_at, analytics.present())
        GROUP BY r.order_id
    ), placed AS (
        SELECT analytics.business_date(o.business_ts, l.time_zone, l.close_out) AS day, o.location_code,
            coalesce(s.status, 'pending') <> 'cancelled' AS counts, p.total, p.tip, r.amount AS refunded,
            coalesce(c.currency, l.currency, analytics.default_currency()) AS currency
        FROM orders AS o
        LEFT JOIN status AS s USING (order_id)
        LEFT JOIN paid AS p USING (order_id)
        LEFT JOIN refunded AS r USING (order_id)
        LEFT JOIN analytics.locations AS l USING (location_code)
        LEFT JOIN analytics.currencies AS c ON c.currency = o.stated
        WHERE o.business_ts <= least(known_at, analytics.present())
    ), gone AS (
        SELECT (max(a.month) + interval '1 month')::date AS before FROM raw_data.archives AS a
    ), days AS (
        SELECT p.day, p.location_code, p.currency, count(*) FILTER (WHERE p.counts) AS order_count,
            sum(p.total) FILTER (WHERE p.counts) AS total_revenue,
            round(avg(p.total) FILTER (WHERE p.counts), analytics.decimals(p.currency)) AS avg_order_value,
            sum(p.tip) FILTER (WHERE p.counts) AS total_tips,
            round(avg(p.tip) FILTER (WHERE p.counts), analytics.decimals(p.currency)) AS avg_tip,
            count(*) FILTER (WHERE p.counts AND p.total IS NULL) AS unpaid_orders,
            count(*) FILTER (WHERE NOT p.counts) AS cancelled_orders,
            sum(p.refunded) FILTER (WHERE p.counts) AS total_refunds
        FROM placed AS p
        GROUP BY p.day, p.location_code, p.currency
    )
    SELECT d.day, d.location_code, d.order_count, d.total_revenue, d.avg_order_value, d.total_tips, d.avg_tip,
        d.unpaid_orders, d.cancelled_orders, d.total_refunds, coalesce(d.day > g.before, true), d.currency
    FROM days AS d CROSS JOIN gone AS g
    UNION ALL
    -- Days whose raw events are all archived: their figures are unknown, but they are listed.
    SELECT s.day, s.location_code, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false,
        s.currency
    FROM analytics.daily_sales AS s CROSS JOIN gone AS g
    WHERE s.day <= g.before AND NOT EXISTS (SELECT FROM days AS d WHERE d.day = s.day AND d.location_code = s.location_code
        AND d.currency = s.currency)
$$;

COMMENT ON FUNCTION analytics.daily_sales_as_known_at(timestamptz) IS
    'daily_sales as it was at a given time: from the raw events that had been ingested by then, without what was dated later than that time, with today''s time zones, close-outs and currencies of the restaurants. is_exact is false for days up to the end of the newest archived month (raw_data.archives), because raw no longer holds all their events; unknown figures are null. An event counts from its ingested_at, shortly before its batch was committed. Reads all raw events.';
