-- The rows of analytics.event_types, and the view that unites their tables. A new type with its table is one row here.

INSERT INTO analytics.event_types AS t
    (event_type, table_name, key_column, key_field, version_column, belongs_to_order, is_restating, checked_fields)
VALUES
    ('order_created', 'orders', 'order_id', 'order_id', NULL, false, true, NULL),
    ('order_item_added', 'order_items', 'order_item_id', 'order_item_id', NULL, true, false, NULL),
    ('order_status_changed', 'order_status_history', 'event_id', NULL, NULL, true, true, NULL),
    ('payment_captured', 'payments', 'payment_id', 'payment_id', NULL, true, true, NULL),
    ('payment_refunded', 'refunds', 'refund_id', 'refund_id', NULL, true, true, NULL),
    ('feedback_submitted', 'feedback', 'feedback_id', 'feedback_id', NULL, true, false, NULL),
    ('menu_item_changed', 'menu_item_changes', 'menu_item_id', 'menu_item_id', 'changed_ts', false, false,
        '{"menu_item_id": "id", "name": "text", "category": "text?", "price": "money?", "cost": "money?", "changed_ts": "time"}'),
    ('customer_changed', 'customer_changes', 'customer_id', 'customer_id', 'changed_ts', false, false,
        '{"customer_id": "id", "city": "text?", "membership": "text?", "changed_ts": "time"}')
ON CONFLICT (event_type) DO UPDATE SET
    table_name = excluded.table_name,
    key_column = excluded.key_column,
    key_field = excluded.key_field,
    version_column = excluded.version_column,
    belongs_to_order = excluded.belongs_to_order,
    is_restating = excluded.is_restating,
    checked_fields = excluded.checked_fields;

-- A view, and not a function, so that PostgreSQL reads the table of one type by its key.
DO $$
BEGIN
    EXECUTE 'CREATE OR REPLACE VIEW analytics.typed_rows AS ' || (
        SELECT string_agg(
            format('SELECT %L::text AS event_type, %s AS row_id, %s AS version_key, %s AS version_ts, r.event_id, r.event_ts'
                ' FROM analytics.%I AS r',
                t.event_type,
                CASE WHEN t.version_column IS NULL THEN format('r.%I', t.key_column) ELSE 'NULL::uuid' END,
                CASE WHEN t.version_column IS NULL THEN 'NULL::text' ELSE format('r.%I', t.key_column) END,
                CASE WHEN t.version_column IS NULL THEN 'NULL::timestamptz' ELSE format('r.%I', t.version_column) END,
                t.table_name),
            ' UNION ALL ' ORDER BY t.event_type)
        FROM analytics.event_types AS t);
END
$$;

COMMENT ON VIEW analytics.typed_rows IS
    'The rows of all tables of analytics.event_types: which event wrote each of them. For the checks that compare tables with raw events.';
COMMENT ON COLUMN analytics.typed_rows.event_type IS 'The type, which says the table.';
COMMENT ON COLUMN analytics.typed_rows.row_id IS 'The key of the row; null in a table of versions.';
COMMENT ON COLUMN analytics.typed_rows.version_key IS 'The key of what has versions; null in other tables.';
COMMENT ON COLUMN analytics.typed_rows.version_ts IS 'From when on the version is valid; null in other tables.';
COMMENT ON COLUMN analytics.typed_rows.event_id IS 'The event that wrote the row.';
COMMENT ON COLUMN analytics.typed_rows.event_ts IS 'The ts of that event.';
