-- The event types that have a table. SQL that has to know them reads them here, so that a new type is one row, which the
-- migration of its table inserts.

CREATE TABLE analytics.event_types (
    event_type       text    NOT NULL,
    table_name       text    NOT NULL,
    key_column       text    NOT NULL,
    key_field        text,
    version_column   text,
    belongs_to_order boolean NOT NULL DEFAULT false,
    is_restating     boolean NOT NULL DEFAULT false,
    checked_fields   jsonb,
    CONSTRAINT event_types_pkey PRIMARY KEY (event_type),
    CONSTRAINT event_types_one_per_table UNIQUE (table_name),
    CONSTRAINT event_types_versions_have_a_key CHECK (version_column IS NULL OR key_field IS NOT NULL)
);
COMMENT ON TABLE analytics.event_types IS
    'The event types that have a table in analytics, one row per type. Events of other types are kept in raw_data.events_raw only.';
COMMENT ON COLUMN analytics.event_types.event_type IS 'The type, as events name it.';
COMMENT ON COLUMN analytics.event_types.table_name IS 'The table of its rows, in the schema analytics.';
COMMENT ON COLUMN analytics.event_types.key_column IS 'The column of the table that identifies a row.';
COMMENT ON COLUMN analytics.event_types.key_field IS
    'The field of the payload that holds the key; null where the key is the event_id of the event.';
COMMENT ON COLUMN analytics.event_types.version_column IS
    'For a table of versions, the timestamp column that identifies a row together with key_column; the payload has a field of the same name. Null where the key alone identifies a row.';
COMMENT ON COLUMN analytics.event_types.belongs_to_order IS
    'Whether the order that the payload names in order_id has to exist.';
COMMENT ON COLUMN analytics.event_types.is_restating IS
    'Whether an event of this type changes the figures of a window of sales, so that it is recorded in late_events when it comes late. Of order_status_changed only the status cancelled does.';
COMMENT ON COLUMN analytics.event_types.checked_fields IS
    'For a type that was kept raw before it had a table: the fields that an event needs to have a row, and what each must be: id (text of at most 200 characters), text, uuid, money or time, and with ? it may be absent or null. Events that do not fit stay in raw_data.events_raw. Null where every event was validated when it came.';

INSERT INTO analytics.event_types
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
        '{"customer_id": "id", "city": "text?", "membership": "text?", "changed_ts": "time"}');
