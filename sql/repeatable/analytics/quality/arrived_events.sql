CREATE OR REPLACE FUNCTION analytics.arrived_events(since timestamptz, until timestamptz, types text[])
RETURNS TABLE (event_id uuid, event_type text, ts timestamptz, ingested_at timestamptz, order_id uuid, row_id uuid)
LANGUAGE sql
STABLE
ROWS 10000
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        r.event_id,
        r.event_type,
        r.ts,
        r.ingested_at,
        CASE WHEN pg_input_is_valid(r.payload ->> 'order_id', 'uuid') THEN (r.payload ->> 'order_id')::uuid END,
        CASE
            WHEN r.event_type = 'order_status_changed' THEN r.event_id
            WHEN pg_input_is_valid(r.payload ->> k.key, 'uuid') THEN (r.payload ->> k.key)::uuid
        END
    FROM raw_data.events_raw AS r
    LEFT JOIN (VALUES
        ('order_created', 'order_id'), ('order_item_added', 'order_item_id'), ('payment_captured', 'payment_id'),
        ('payment_refunded', 'refund_id'), ('feedback_submitted', 'feedback_id')
    ) AS k (event_type, key) ON k.event_type = r.event_type
    WHERE r.ingested_at >= arrived_events.since
        AND r.ingested_at < arrived_events.until
        -- A stream that is taken raw has no tables, whatever its types are called.
        AND r.partition_key <> r.stream_id
        AND (arrived_events.types IS NULL OR r.event_type = ANY (arrived_events.types))
$$;

COMMENT ON FUNCTION analytics.arrived_events(timestamptz, timestamptz, text[]) IS
    'The events of our contract that arrived in a window, of some types or (null) of all; those of streams taken raw are not among them: the order that each speaks of, and the key of the typed row that it made. What the rules of sql/quality begin with; it tells nothing else of a payload.';
