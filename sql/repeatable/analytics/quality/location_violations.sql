CREATE OR REPLACE FUNCTION analytics.location_violations()
RETURNS TABLE (check_name text, id uuid, arrived_at timestamptz, details jsonb)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    -- Each event is valid by itself, so none is refused: which of them comes first is chance, and the tables must not depend
    -- on it. The order shows the restaurant of its newest event. Once the newest two events agree, this is no violation.
    WITH disputed AS (
        SELECT
            (array_agg(c.event_id))[1] AS any_event,
            jsonb_agg(jsonb_build_object('location_code', c.location_code, 'event_id', c.event_id, 'ts', c.ts)
                ORDER BY coalesce(c.version, -1) DESC, c.ts DESC, c.event_offset DESC, c.event_id DESC) AS newest_first
        FROM (
            SELECT
                analytics.payload_id_group(r.payload, 'order_id', r.stream_id, r.partition_key) AS order_group,
                r.payload ->> 'location_code' AS location_code,
                r.event_id,
                r.event_offset,
                r.version,
                r.ts
            FROM raw_data.events_raw AS r
            WHERE r.event_type IN ('order_created', 'order_snapshot')
                -- A stream that is taken raw has no orders, even if its types have the same names.
                AND r.partition_key <> r.stream_id
        ) AS c
        GROUP BY c.order_group
        HAVING min(c.location_code) <> max(c.location_code)
    )
    SELECT 'order_claimed_by_one_location', analytics.payload_id(r.payload, 'order_id', r.stream_id, r.partition_key),
        NULL::timestamptz, jsonb_build_object('attributions', c.newest_first)
    FROM disputed AS c
    JOIN raw_data.events_raw AS r ON r.event_id = c.any_event
    WHERE c.newest_first -> 0 ->> 'location_code' <> c.newest_first -> 1 ->> 'location_code'
    UNION ALL
    SELECT 'order_claimed_by_one_location', p.order_id, NULL, jsonb_build_object(
        'location_code', o.location_code, 'paid_at', p.location_code, 'payment_id', p.payment_id)
    FROM analytics.payments AS p JOIN analytics.orders AS o ON o.order_id = p.order_id
    WHERE p.location_code <> o.location_code AND NOT p.is_replaced
$$;

COMMENT ON FUNCTION analytics.location_violations() IS
    'Orders that events attribute to two restaurants: by order_created or order_snapshot, or by a payment that names another restaurant. With the events, newest first. For validate_data_consistency().';
