CREATE OR REPLACE FUNCTION analytics.raw_violations()
RETURNS TABLE (check_name text, id uuid, arrived_at timestamptz, details jsonb)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH typed AS (
        SELECT 'order_created' AS event_type, 'order_id' AS key, order_id AS id, event_id FROM analytics.orders
        UNION ALL
        SELECT 'order_item_added', 'order_item_id', order_item_id, event_id FROM analytics.order_items
        UNION ALL
        SELECT 'order_status_changed', 'event_id', event_id, event_id FROM analytics.order_status_history
        UNION ALL
        SELECT 'payment_captured', 'payment_id', payment_id, event_id FROM analytics.payments
        UNION ALL
        SELECT 'payment_refunded', 'refund_id', refund_id, event_id FROM analytics.refunds
        UNION ALL
        SELECT 'feedback_submitted', 'feedback_id', feedback_id, event_id FROM analytics.feedback
    ),
    changes AS (
        SELECT 'menu_item_changed' AS event_type, menu_item_id AS id, changed_ts, event_id
        FROM analytics.menu_item_changes
        UNION ALL
        SELECT 'customer_changed', customer_id, changed_ts, event_id FROM analytics.customer_changes
    ),
    expected_changes AS (
        SELECT r.event_type, r.event_id, analytics.change_took_effect(r.event_type, r.payload) AS changed_ts,
            r.payload ->> CASE r.event_type WHEN 'menu_item_changed' THEN 'menu_item_id' ELSE 'customer_id' END AS id
        FROM raw_data.events_raw AS r
        WHERE r.event_type IN ('menu_item_changed', 'customer_changed') AND r.partition_key <> r.stream_id
    ),
    keys (event_type, key) AS (VALUES
        ('order_created', 'order_id'), ('order_item_added', 'order_item_id'), ('payment_captured', 'payment_id'),
        ('payment_refunded', 'refund_id'), ('feedback_submitted', 'feedback_id'), ('order_status_changed', NULL)
    ),
    expected AS (
        -- Two events may claim the same row, so the row is looked for by its own key and not by the event's id.
        SELECT r.event_type, r.event_id, CASE
            WHEN k.key IS NULL THEN r.event_id
            WHEN pg_input_is_valid(r.payload ->> k.key, 'uuid') THEN (r.payload ->> k.key)::uuid
        END AS id
        FROM raw_data.events_raw AS r JOIN keys AS k ON k.event_type = r.event_type
        -- A stream that is taken raw has no tables, whatever its types are called.
        WHERE r.partition_key <> r.stream_id
    )
    SELECT 'raw_events_are_in_analytics', e.event_id, NULL::timestamptz,
        jsonb_build_object('event_type', e.event_type, 'row', e.id)
    FROM expected AS e LEFT JOIN typed AS t ON t.event_type = e.event_type AND t.id = e.id
    WHERE t.id IS NULL
    UNION ALL
    SELECT 'raw_events_are_in_analytics', e.event_id, NULL,
        jsonb_build_object('event_type', e.event_type, 'row', jsonb_build_array(e.id, e.changed_ts))
    FROM expected_changes AS e
    LEFT JOIN changes AS c ON c.event_type = e.event_type AND c.id = e.id AND c.changed_ts = e.changed_ts
    WHERE e.changed_ts IS NOT NULL AND c.id IS NULL
    UNION ALL
    SELECT 'analytics_rows_have_their_event', t.id, NULL,
        jsonb_build_object('made_by', t.event_type, 'event_id', t.event_id)
    FROM (
        SELECT event_type, id, event_id FROM typed UNION ALL SELECT event_type, event_id, event_id FROM changes
    ) AS t
    LEFT JOIN raw_data.event_ids AS i ON i.event_id = t.event_id
    WHERE i.event_id IS NULL
    UNION ALL
    SELECT 'raw_events_and_event_ids_agree', r.event_id, NULL, jsonb_build_object(
        'events_raw', jsonb_build_array(r.ts, r.stream_id, r.event_offset),
        'event_ids', jsonb_build_array(i.ts, i.stream_id, i.event_offset))
    FROM raw_data.events_raw AS r LEFT JOIN raw_data.event_ids AS i ON i.event_id = r.event_id
    WHERE (r.ts, r.stream_id, r.event_offset) IS DISTINCT FROM (i.ts, i.stream_id, i.event_offset)
    UNION ALL
    -- Of a month without an archive raw holds each event that was taken.
    SELECT 'raw_events_and_event_ids_agree', i.event_id, NULL, jsonb_build_object(
        'events_raw', NULL, 'event_ids', jsonb_build_array(i.ts, i.stream_id, i.event_offset))
    FROM raw_data.event_ids AS i
    WHERE NOT EXISTS (
            SELECT FROM raw_data.archives AS a WHERE a.month = date_trunc('month', i.ts AT TIME ZONE 'UTC')::date)
        AND NOT EXISTS (SELECT FROM raw_data.events_raw AS r WHERE r.event_id = i.event_id AND r.ts = i.ts)
    UNION ALL
    -- Which events an archive holds only its file can tell; how many they are is known here.
    SELECT 'raw_events_and_event_ids_agree', t.absent, NULL, jsonb_build_object(
        'month', to_char(a.month, 'YYYY-MM'), 'event_ids', coalesce(t.taken, 0), 'events_raw', coalesce(t.held, 0),
        'archived', a.archived)
    FROM (SELECT month, sum(rows) AS archived FROM raw_data.archives GROUP BY month) AS a
    LEFT JOIN (
        SELECT
            m.month,
            count(*) AS taken,
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
    WHERE coalesce(t.taken, 0) <> coalesce(t.held, 0) + a.archived
$$;

COMMENT ON FUNCTION analytics.raw_violations() IS
    'Where the raw events, the ids taken and the typed rows disagree, for validate_data_consistency().';
