CREATE OR REPLACE FUNCTION analytics.parts_of_snapshot(snapshot jsonb, ts timestamptz)
RETURNS TABLE (event_type text, payload jsonb, happened_at timestamptz)
LANGUAGE sql
STABLE
ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'order_created', f.body, f.ts
    FROM (SELECT snapshot, ts) AS f (body, ts)
    WHERE f.body IS NOT NULL
    UNION ALL
    -- The business day is part of the ids.
    SELECT 'order_status_changed', jsonb_build_object('order_id', f.body -> 'order_id', 'status', f.body -> 'status',
        'changed_ts', coalesce(nullif(f.body -> 'changed_ts', 'null'), to_jsonb(f.ts)),
        'business_day', f.body -> 'business_day'), f.ts
    FROM (SELECT snapshot, ts) AS f (body, ts)
    WHERE f.body ->> 'status' IS NOT NULL
    UNION ALL
    -- A line, a discount and a charge are of the time of their order, unless the line states its own.
    SELECT p.event_type, e.element || jsonb_build_object('order_id', snapshot -> 'order_id', 'business_day', snapshot -> 'business_day'),
        analytics.moment(coalesce(e.element ->> p.time_field, snapshot ->> 'order_ts'))
    FROM (VALUES
        ('order_item_added', 'items', 'added_ts'),
        ('discount_applied', 'discounts', NULL),
        ('service_charge_added', 'service_charges', NULL),
        ('payment_captured', 'payments', 'captured_ts'),
        ('payment_refunded', 'refunds', 'refunded_ts')
    ) AS p (event_type, field, time_field)
    CROSS JOIN LATERAL jsonb_array_elements(nullif(snapshot -> p.field, 'null')) AS e (element)
$$;

COMMENT ON FUNCTION analytics.parts_of_snapshot(jsonb, timestamptz) IS
    'The events that an order_snapshot becomes: their types and payloads, and when each part happened. ts is that of the snapshot. Its payload must fit the checked_fields of its type; null gives no row. Ingestion, the rules of quality and daily_sales_as_known_at() all read snapshots through this function.';
