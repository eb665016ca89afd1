CREATE OR REPLACE FUNCTION analytics.raw_violations()
RETURNS TABLE (check_name text, id uuid, arrived_at timestamptz, details jsonb)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH expected AS (
        -- Two events may have the same key. The row is searched by that key, and not by the id of the event.
        SELECT
            r.event_type,
            r.event_id,
            CASE
                WHEN t.key_field IS NULL THEN r.event_id
                WHEN t.version_column IS NULL
                    THEN analytics.payload_id(r.payload, t.key_field, r.stream_id, r.partition_key)
            END AS row_id,
            CASE WHEN t.version_column IS NOT NULL THEN r.payload ->> t.key_field END AS version_key,
            CASE WHEN t.version_column IS NOT NULL THEN analytics.change_took_effect(r.event_type, r.payload) END AS version_ts
        FROM raw_data.events_raw AS r
        JOIN analytics.event_types AS t ON t.event_type = r.event_type
        -- A stream that is taken raw has no tables, even if its types have the same names.
        WHERE r.partition_key <> r.stream_id
            AND (t.checked_fields IS NULL OR analytics.payload_fits(t.checked_fields, r.payload))
        OFFSET 0 -- the id of an event is computed once, and not for each row that it is compared with
    )
    SELECT 'raw_events_are_in_analytics', e.event_id, NULL::timestamptz,
        jsonb_build_object('event_type', e.event_type, 'row', coalesce(
            CASE WHEN e.version_key IS NOT NULL THEN jsonb_build_array(e.version_key, e.version_ts) END, to_jsonb(e.row_id)))
    FROM expected AS e
    LEFT JOIN analytics.typed_rows AS t ON t.event_type = e.event_type AND t.row_id = e.row_id
    LEFT JOIN analytics.typed_rows AS v
        ON v.event_type = e.event_type AND v.version_key = e.version_key AND v.version_ts = e.version_ts
    WHERE t.event_id IS NULL AND v.event_id IS NULL
    UNION ALL
    SELECT 'analytics_rows_have_their_event', coalesce(t.row_id, t.event_id), NULL,
        jsonb_build_object('made_by', t.event_type, 'event_id', t.event_id)
    FROM analytics.typed_rows AS t
    LEFT JOIN raw_data.event_ids AS i ON i.event_id = t.event_id
    WHERE i.event_id IS NULL
    UNION ALL
    SELECT 'raw_events_and_event_ids_agree', r.event_id, NULL, jsonb_build_object(
        'events_raw', jsonb_build_array(r.ts, r.stream_id, r.event_offset),
        'event_ids', jsonb_build_array(i.ts, i.stream_id, i.event_offset))
    FROM raw_data.events_raw AS r LEFT JOIN raw_data.event_ids AS i ON i.event_id = r.event_id
    WHERE (r.ts, r.stream_id, r.event_offset) IS DISTINCT FROM (i.ts, i.stream_id, i.event_offset)
    UNION ALL
    -- Without an archive of its month, each event that was taken is in raw.
    SELECT 'raw_events_and_event_ids_agree', i.event_id, NULL, jsonb_build_object(
        'events_raw', NULL, 'event_ids', jsonb_build_array(i.ts, i.stream_id, i.event_offset))
    FROM raw_data.event_ids AS i
    WHERE NOT EXISTS (
            SELECT FROM raw_data.archives AS a WHERE a.month = date_trunc('month', i.ts AT TIME ZONE 'UTC')::date)
        AND NOT EXISTS (SELECT FROM raw_data.events_raw AS r WHERE r.event_id = i.event_id AND r.ts = i.ts)
    UNION ALL
    -- Only the file of an archive says which events it holds. Here only their number is known.
    SELECT 'raw_events_and_event_ids_agree', t.absent, NULL, jsonb_build_object(
        'month', to_char(a.month, 'YYYY-MM'), 'event_ids', coalesce(t.ids, 0), 'events_raw', coalesce(t.held, 0),
        'archived', a.archived)
    FROM (SELECT month, sum(rows) AS archived FROM raw_data.archives GROUP BY month) AS a
    LEFT JOIN (
        SELECT
            m.month,
            count(*) AS ids,
            count(r.event_id) AS held,
            (min(m.event_id::text) FILTER (WHERE r.event_id IS NULL))::uuid AS absent
        FROM (
            SELECT i.event_id, i.ts, date_trunc('month', i.ts AT TIME ZONE 'UTC')::date AS month
            FROM raw_data.event_ids AS i
        ) AS m
        LEFT JOIN raw_data.events_raw AS r ON r.event_id = m.event_id AND r.ts = m.ts
        WHERE m.month IN (SELECT month FROM raw_data.archives)
        GROUP BY m.month
    ) AS t ON t.month = a.month
    WHERE coalesce(t.ids, 0) <> coalesce(t.held, 0) + a.archived
$$;

COMMENT ON FUNCTION analytics.raw_violations() IS
    'Where raw events, event ids and typed rows disagree. For validate_data_consistency().';
