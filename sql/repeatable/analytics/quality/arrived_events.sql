CREATE OR REPLACE FUNCTION analytics.arrived_events(since timestamptz, until timestamptz, types text[])
RETURNS TABLE (event_id uuid, event_type text, ts timestamptz, ingested_at timestamptz, order_id uuid, row_id uuid,
    location_code text)
LANGUAGE sql
STABLE
ROWS 10000
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        r.event_id,
        p.event_type,
        r.ts,
        r.ingested_at,
        analytics.payload_id(p.payload, 'order_id', r.stream_id, r.partition_key),
        CASE
            -- It came before its type had a table, and does not fit there.
            WHEN t.checked_fields IS NOT NULL AND NOT analytics.payload_fits(t.checked_fields, p.payload) THEN NULL
            WHEN t.key_field IS NULL AND t.event_type IS NOT NULL THEN r.event_id
            WHEN t.version_column IS NULL THEN analytics.payload_id(p.payload, t.key_field, r.stream_id, r.partition_key)
        END,
        CASE WHEN length(p.payload ->> 'location_code') <= 200 THEN p.payload ->> 'location_code' END
    FROM raw_data.events_raw AS r
    CROSS JOIN LATERAL (
        SELECT r.event_type, r.payload
        UNION ALL
        -- Each snapshot states the status again: that is no change that arrived.
        SELECT s.event_type, s.payload FROM analytics.parts_of_snapshot(
            CASE WHEN r.event_type = 'order_snapshot' AND analytics.payload_fits(
                (SELECT n.checked_fields FROM analytics.event_types AS n WHERE n.event_type = 'order_snapshot'), r.payload)
            THEN r.payload END, r.ts) AS s
        WHERE r.event_type = 'order_snapshot' AND s.event_type <> 'order_status_changed'
    ) AS p
    LEFT JOIN analytics.event_types AS t ON t.event_type = p.event_type
    WHERE r.ingested_at >= arrived_events.since
        AND r.ingested_at < arrived_events.until
        -- A stream that is taken raw has no tables, even if its types have the same names.
        AND r.partition_key <> r.stream_id
        AND (arrived_events.types IS NULL OR r.event_type = ANY (arrived_events.types) OR r.event_type = 'order_snapshot')
        AND (arrived_events.types IS NULL OR p.event_type = ANY (arrived_events.types))
$$;

COMMENT ON FUNCTION analytics.arrived_events(timestamptz, timestamptz, text[]) IS
    'The events that arrived in a window, of the given types or (null) of all types, without streams that are taken raw. A snapshot is returned, and after it the order, lines, discounts, charges, payments and refunds that it states, as events of their types. Per event: the order and the restaurant that its payload names, and the key of the row that it writes in its table (see event_types). The rules of sql/quality read events through this function, because it returns nothing else of a payload.';
