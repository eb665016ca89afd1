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
            c.order_id,
            jsonb_agg(jsonb_build_object('location_code', c.location_code, 'event_id', c.event_id, 'ts', c.ts)
                ORDER BY coalesce(c.version, -1) DESC, c.ts DESC, c.event_offset DESC, c.event_id DESC) AS newest_first
        FROM (
            SELECT
                CASE WHEN pg_input_is_valid(r.payload ->> 'order_id', 'uuid')
                    THEN (r.payload ->> 'order_id')::uuid END AS order_id,
                r.payload ->> 'location_code' AS location_code,
                r.event_id,
                r.event_offset,
                r.version,
                r.ts
            FROM raw_data.events_raw AS r
            WHERE r.event_type IN ('order_created', 'order_snapshot')
        ) AS c
        WHERE c.order_id IS NOT NULL
        GROUP BY c.order_id
        HAVING min(c.location_code) <> max(c.location_code)
    )
    SELECT 'order_claimed_by_one_location', c.order_id, NULL::timestamptz,
        jsonb_build_object('attributions', c.newest_first)
    FROM disputed AS c
    WHERE c.newest_first -> 0 ->> 'location_code' <> c.newest_first -> 1 ->> 'location_code'
    UNION ALL
    SELECT 'order_claimed_by_one_location', p.order_id, NULL, jsonb_build_object(
        'location_code', o.location_code, 'paid_at', p.location_code, 'payment_id', p.payment_id)
    FROM analytics.payments AS p JOIN analytics.orders AS o ON o.order_id = p.order_id
    WHERE p.location_code <> o.location_code AND NOT p.is_replaced
$$;

COMMENT ON FUNCTION analytics.location_violations() IS
    'Orders that events attribute to two restaurants: by order_created or order_snapshot, or by a payment that names another restaurant. With the events, newest first. For validate_data_consistency().';
