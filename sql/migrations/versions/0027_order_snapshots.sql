-- An order_snapshot states a whole order. Its parts have rows in the tables of their own types; order_snapshots holds which
-- snapshot of each order is the newest. Rows of the version before are of no snapshot, and nothing replaces them.

-- Writers wait from the first of their tables on. A migration that locks a later table first could deadlock with them.
LOCK TABLE raw_data.event_ids IN SHARE ROW EXCLUSIVE MODE;

CREATE TABLE analytics.order_snapshots (
    order_id uuid NOT NULL,
    event_ts timestamptz NOT NULL,
    event_id uuid NOT NULL,
    event_version bigint,
    event_offset bigint NOT NULL,
    CONSTRAINT order_snapshots_pkey PRIMARY KEY (order_id)
);
COMMENT ON TABLE analytics.order_snapshots IS
    'Which snapshot (order_snapshot) of each order is the newest, one row per order that has one. It replaces what is older and not in it: see is_replaced in the tables of lines, discounts, charges, payments, refunds and voids.';
COMMENT ON COLUMN analytics.order_snapshots.order_id IS 'The order.';
COMMENT ON COLUMN analytics.order_snapshots.event_ts IS 'The ts of the snapshot.';
COMMENT ON COLUMN analytics.order_snapshots.event_id IS 'The event.';
COMMENT ON COLUMN analytics.order_snapshots.event_version IS 'Its version; null where it has none.';
COMMENT ON COLUMN analytics.order_snapshots.event_offset IS
    'Its offset, as in raw_data.event_ids.';

ALTER TABLE analytics.order_items ADD COLUMN snapshot_ts timestamptz, ADD COLUMN is_replaced boolean NOT NULL DEFAULT false;
ALTER TABLE analytics.order_discounts ADD COLUMN snapshot_ts timestamptz, ADD COLUMN is_replaced boolean NOT NULL DEFAULT false;
ALTER TABLE analytics.service_charges ADD COLUMN snapshot_ts timestamptz, ADD COLUMN is_replaced boolean NOT NULL DEFAULT false;
ALTER TABLE analytics.payments ADD COLUMN snapshot_ts timestamptz, ADD COLUMN is_replaced boolean NOT NULL DEFAULT false;
ALTER TABLE analytics.refunds ADD COLUMN snapshot_ts timestamptz, ADD COLUMN is_replaced boolean NOT NULL DEFAULT false;
ALTER TABLE analytics.order_status_history ADD COLUMN snapshot_ts timestamptz;
ALTER TABLE analytics.order_item_voids ADD COLUMN is_replaced boolean NOT NULL DEFAULT false;
ALTER TABLE analytics.payment_voids ADD COLUMN is_replaced boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN analytics.order_items.snapshot_ts IS
    'The ts of the snapshot that wrote the row, which then stands for event_ts where rows are compared; event_ts is when it happened. Null where an event of its own wrote the row.';
COMMENT ON COLUMN analytics.order_discounts.snapshot_ts IS
    'The ts of the snapshot that wrote the row, which then stands for event_ts where rows are compared; event_ts is when it happened. Null where an event of its own wrote the row.';
COMMENT ON COLUMN analytics.service_charges.snapshot_ts IS
    'The ts of the snapshot that wrote the row, which then stands for event_ts where rows are compared; event_ts is when it happened. Null where an event of its own wrote the row.';
COMMENT ON COLUMN analytics.payments.snapshot_ts IS
    'The ts of the snapshot that wrote the row, which then stands for event_ts where rows are compared; event_ts is when it happened. Null where an event of its own wrote the row.';
COMMENT ON COLUMN analytics.refunds.snapshot_ts IS
    'The ts of the snapshot that wrote the row, which then stands for event_ts where rows are compared; event_ts is when it happened. Null where an event of its own wrote the row.';
COMMENT ON COLUMN analytics.order_status_history.snapshot_ts IS
    'The ts of the snapshot that reported the change; null where an event of its own did.';
COMMENT ON COLUMN analytics.order_items.is_replaced IS
    'Whether the newest snapshot of the order is newer than this row, and so does not have it: then it is void.';
COMMENT ON COLUMN analytics.order_discounts.is_replaced IS
    'Whether the newest snapshot of the order is newer than this row, and so does not have it: then it is void.';
COMMENT ON COLUMN analytics.service_charges.is_replaced IS
    'Whether the newest snapshot of the order is newer than this row, and so does not have it: then it is void.';
COMMENT ON COLUMN analytics.payments.is_replaced IS
    'Whether the newest snapshot of the order is newer than this row, and so does not have it: then it is void.';
COMMENT ON COLUMN analytics.refunds.is_replaced IS
    'Whether the newest snapshot of the order is newer than this row, and so does not have it: then it is void.';
COMMENT ON COLUMN analytics.order_item_voids.is_replaced IS
    'Whether the newest snapshot of the order is newer than this void, and so does not have it: then it has no effect.';
COMMENT ON COLUMN analytics.payment_voids.is_replaced IS
    'Whether the newest snapshot of the order is newer than this void, and so does not have it: then it has no effect.';

COMMENT ON TABLE analytics.orders IS
    'One row per order, from its order_created or order_snapshot. Money and status are computed from its payments and status changes, in whatever order they come.';
COMMENT ON COLUMN analytics.orders.created_at IS 'The ts of its order_created or order_snapshot, of the one that the row shows.';
COMMENT ON COLUMN analytics.orders.updated_at IS
    'The greatest time among its order_created or order_snapshot, payments and status changes.';
COMMENT ON COLUMN analytics.orders.event_id IS 'The order_created or order_snapshot that the row shows.';
COMMENT ON COLUMN analytics.payments.processed_at IS
    'When it was captured: the ts of its event, or captured_ts in a snapshot.';
COMMENT ON COLUMN raw_data.late_arrivals.event_type IS
    'order_created, order_snapshot, payment_captured, payment_voided, payment_refunded, or order_status_changed to cancelled.';
COMMENT ON COLUMN analytics.order_items.event_ts IS
    'When it happened: the ts of the event of its own that wrote the row; where a snapshot did, added_ts of the line in the snapshot, or else order_ts.';
COMMENT ON COLUMN analytics.order_discounts.event_ts IS
    'When it happened: the ts of the event of its own that wrote the row; where a snapshot did, order_ts of the snapshot.';
COMMENT ON COLUMN analytics.service_charges.event_ts IS
    'When it happened: the ts of the event of its own that wrote the row; where a snapshot did, order_ts of the snapshot.';
COMMENT ON COLUMN analytics.payments.event_ts IS
    'When it happened: the ts of the event of its own that wrote the row; where a snapshot did, captured_ts of the payment in the snapshot.';
COMMENT ON COLUMN analytics.refunds.event_ts IS
    'When it happened: the ts of the event of its own that wrote the row; where a snapshot did, refunded_ts of the refund in the snapshot.';

-- Without snapshots these indexes are empty.
CREATE INDEX order_items_replaced ON analytics.order_items (order_id) WHERE is_replaced;

COMMENT ON COLUMN analytics.event_types.checked_fields IS
    'For a type that was kept raw before it had a table: the fields that an event needs to have a row, and what each must be: id (text of at most 200 characters), text, uuid, any_id (a UUID, or a text of 1 to 200 characters without control characters), key (an any_id that is unique in its list), money, price (money above 0), signed (money that may be negative), count, bool, time, the texts that are valid with | between them, or an object of such fields for a list of objects, which may be absent; with ? a field may be absent or null. Events that do not fit stay in raw_data.events_raw. Null where every event was validated when it came.';
INSERT INTO analytics.event_types
    (event_type, table_name, key_column, key_field, version_column, belongs_to_order, is_restating, checked_fields)
VALUES
    ('order_snapshot', 'order_snapshots', 'order_id', 'order_id', NULL, false, true, '{
        "order_id": "any_id",
        "visit_id": "id?",
        "service_type": "dine_in|takeout|delivery|drive_thru|curbside|catering|bar|room_service|other",
        "order_ts": "time",
        "location_code": "text",
        "customer_id": "id?",
        "city": "text?",
        "guest_count": "count?",
        "currency": "text?",
        "channel": "text?",
        "scheduled_for": "time?",
        "status": "pending|preparing|ready|completed|cancelled?",
        "changed_ts": "time?",
        "items": {
            "order_item_id": "key", "menu_item_id": "id?", "category": "text?", "item_name": "text",
            "unit_price": "money?", "qty": "price", "extended_price": "money?", "parent_item_id": "any_id?",
            "tax_included": "bool?", "kind": "sale|gift_card?", "currency": "text?", "added_ts": "time?"
        },
        "discounts": {
            "discount_id": "key", "order_item_id": "any_id?", "name": "text?",
            "kind": "discount|comp|promotion|loyalty", "amount": "money", "currency": "text?"
        },
        "service_charges": {"charge_id": "key", "name": "text?", "amount": "money", "gratuity": "bool?", "currency": "text?"},
        "payments": {
            "payment_id": "key", "method": "text", "provider": "text?", "amount": "money", "auth_code": "text?",
            "subtotal": "money", "tax": "money", "tip": "money", "total": "money", "location_code": "text?",
            "service_charge": "money?", "discount": "money?", "rounding": "signed?", "currency": "text?", "captured_ts": "time"
        },
        "refunds": {
            "refund_id": "key", "payment_id": "any_id", "amount": "price", "reason": "text?", "currency": "text?", "refunded_ts": "time"
        }
    }');

-- A history of five weeks, of which the last is scored, must be enough to know the closed days. What somebody set stays.
UPDATE analytics.thresholds SET value = 3 WHERE name = 'anomaly_weekday_weeks' AND value = 6;
