-- The typed layer: one table an event type, each keyed by its own id, with no foreign key between them,
-- because a payment may come before its order. (event_ts, event_id) is the version of a row: where two events
-- claim the same key, the greater pair wins, so that the merge commutes.

CREATE TABLE analytics.orders (
    order_id      uuid        NOT NULL,
    visit_id      text,
    service_type  text        NOT NULL,
    order_ts      timestamptz NOT NULL,
    location_code text        NOT NULL,
    customer_id   text,
    city          text,
    status        text        NOT NULL DEFAULT 'pending',
    subtotal      numeric,
    tax           numeric,
    tip           numeric,
    total         numeric,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    event_ts      timestamptz NOT NULL,
    event_id      uuid        NOT NULL,
    CONSTRAINT orders_pkey PRIMARY KEY (order_id),
    CONSTRAINT orders_service_type_known CHECK (service_type IN ('dine_in', 'takeout', 'delivery')),
    CONSTRAINT orders_status_known CHECK (status IN ('pending', 'preparing', 'ready', 'completed', 'cancelled')),
    CONSTRAINT orders_updated_after_created CHECK (updated_at >= created_at)
) WITH (fillfactor = 80);
COMMENT ON TABLE analytics.orders IS
    'One row an order, made by its order_created. Money and status are functions of its payments and status changes, whichever came first.';
COMMENT ON COLUMN analytics.orders.order_id IS 'The order.';
COMMENT ON COLUMN analytics.orders.visit_id IS 'The visit it belongs to, where the producer says so.';
COMMENT ON COLUMN analytics.orders.service_type IS 'dine_in, takeout or delivery.';
COMMENT ON COLUMN analytics.orders.order_ts IS 'When the guest ordered (UTC).';
COMMENT ON COLUMN analytics.orders.location_code IS 'The restaurant, e.g. LOC-ON-001.';
COMMENT ON COLUMN analytics.orders.customer_id IS 'The guest, where known.';
COMMENT ON COLUMN analytics.orders.city IS 'The city of the restaurant, where the producer says so.';
COMMENT ON COLUMN analytics.orders.status IS 'The status of the greatest (changed_ts, event_id); pending before the first change.';
COMMENT ON COLUMN analytics.orders.subtotal IS 'Sum over its payments, before tax and tip; null while unpaid.';
COMMENT ON COLUMN analytics.orders.tax IS 'Sum over its payments; null while unpaid.';
COMMENT ON COLUMN analytics.orders.tip IS 'Sum over its payments; null while unpaid.';
COMMENT ON COLUMN analytics.orders.total IS 'Sum over its payments, tax and tip included, refunds not deducted; null while unpaid.';
COMMENT ON COLUMN analytics.orders.created_at IS 'The ts of its order_created.';
COMMENT ON COLUMN analytics.orders.updated_at IS 'The greatest ts among its order_created, payments and status changes.';
COMMENT ON COLUMN analytics.orders.event_ts IS 'Version of the row, first part: the ts of the order_created that it shows.';
COMMENT ON COLUMN analytics.orders.event_id IS 'Version of the row, second part: that event.';

CREATE TABLE analytics.order_items (
    order_item_id  uuid        NOT NULL,
    order_id       uuid        NOT NULL,
    menu_item_id   text,
    category       text,
    item_name      text        NOT NULL,
    unit_price     numeric,
    qty            numeric     NOT NULL,
    extended_price numeric,
    event_ts       timestamptz NOT NULL,
    event_id       uuid        NOT NULL,
    CONSTRAINT order_items_pkey PRIMARY KEY (order_item_id),
    CONSTRAINT order_items_unit_price_positive CHECK (unit_price > 0),
    CONSTRAINT order_items_qty_positive CHECK (qty > 0),
    CONSTRAINT order_items_extended_price_not_negative CHECK (extended_price >= 0)
);
CREATE INDEX order_items_order_id ON analytics.order_items (order_id);
COMMENT ON TABLE analytics.order_items IS 'One row a line of an order (order_item_added). A line may come before its order.';
COMMENT ON COLUMN analytics.order_items.order_item_id IS 'The line.';
COMMENT ON COLUMN analytics.order_items.order_id IS 'The order it belongs to.';
COMMENT ON COLUMN analytics.order_items.menu_item_id IS 'The item of the menu, where known.';
COMMENT ON COLUMN analytics.order_items.category IS 'Its category; null means unknown.';
COMMENT ON COLUMN analytics.order_items.item_name IS 'What was ordered, as the producer names it.';
COMMENT ON COLUMN analytics.order_items.unit_price IS 'Price of one; null means unknown, never free.';
COMMENT ON COLUMN analytics.order_items.qty IS 'How many.';
COMMENT ON COLUMN analytics.order_items.extended_price IS 'Price of the line; null means unknown.';
COMMENT ON COLUMN analytics.order_items.event_ts IS 'Version of the row, first part: the ts of its event.';
COMMENT ON COLUMN analytics.order_items.event_id IS 'Version of the row, second part: that event.';

CREATE TABLE analytics.order_status_history (
    event_id   uuid        NOT NULL,
    order_id   uuid        NOT NULL,
    status     text        NOT NULL,
    changed_ts timestamptz NOT NULL,
    event_ts   timestamptz NOT NULL,
    CONSTRAINT order_status_history_pkey PRIMARY KEY (event_id),
    CONSTRAINT order_status_history_status_known
        CHECK (status IN ('pending', 'preparing', 'ready', 'completed', 'cancelled'))
);
CREATE INDEX order_status_history_order_id ON analytics.order_status_history (order_id, changed_ts, event_id);
COMMENT ON TABLE analytics.order_status_history IS 'One row a status change of an order (order_status_changed).';
COMMENT ON COLUMN analytics.order_status_history.event_id IS 'The event that told it.';
COMMENT ON COLUMN analytics.order_status_history.order_id IS 'The order.';
COMMENT ON COLUMN analytics.order_status_history.status IS 'The status from then on.';
COMMENT ON COLUMN analytics.order_status_history.changed_ts IS 'When it changed (UTC).';
COMMENT ON COLUMN analytics.order_status_history.event_ts IS 'The ts of the event.';

CREATE TABLE analytics.payments (
    payment_id    uuid        NOT NULL,
    order_id      uuid        NOT NULL,
    method        text        NOT NULL,
    provider      text,
    amount        numeric     NOT NULL,
    auth_code     text,
    subtotal      numeric     NOT NULL,
    tax           numeric     NOT NULL,
    tip           numeric     NOT NULL,
    total         numeric     NOT NULL,
    location_code text,
    processed_at  timestamptz NOT NULL,
    event_ts      timestamptz NOT NULL,
    event_id      uuid        NOT NULL,
    CONSTRAINT payments_pkey PRIMARY KEY (payment_id),
    CONSTRAINT payments_amount_positive CHECK (amount > 0)
);
CREATE INDEX payments_order_id ON analytics.payments (order_id);
COMMENT ON TABLE analytics.payments IS 'One row a captured payment (payment_captured). A payment may come before its order and waits here for it.';
COMMENT ON COLUMN analytics.payments.payment_id IS 'The payment.';
COMMENT ON COLUMN analytics.payments.order_id IS 'The order that it pays.';
COMMENT ON COLUMN analytics.payments.method IS 'How it was paid, e.g. card, cash.';
COMMENT ON COLUMN analytics.payments.provider IS 'Who processed it, where known.';
COMMENT ON COLUMN analytics.payments.amount IS 'What was captured.';
COMMENT ON COLUMN analytics.payments.auth_code IS 'The provider''s authorisation, where known.';
COMMENT ON COLUMN analytics.payments.subtotal IS 'The share of the goods in the amount.';
COMMENT ON COLUMN analytics.payments.tax IS 'The share of tax.';
COMMENT ON COLUMN analytics.payments.tip IS 'The share of the tip.';
COMMENT ON COLUMN analytics.payments.total IS 'subtotal + tax + tip, as the producer states it.';
COMMENT ON COLUMN analytics.payments.location_code IS 'The restaurant, where the producer says so.';
COMMENT ON COLUMN analytics.payments.processed_at IS 'The ts of the event.';
COMMENT ON COLUMN analytics.payments.event_ts IS 'Version of the row, first part: the ts of its event.';
COMMENT ON COLUMN analytics.payments.event_id IS 'Version of the row, second part: that event.';

CREATE TABLE analytics.refunds (
    refund_id   uuid        NOT NULL,
    payment_id  uuid        NOT NULL,
    order_id    uuid        NOT NULL,
    amount      numeric     NOT NULL,
    reason      text,
    refunded_ts timestamptz NOT NULL,
    event_ts    timestamptz NOT NULL,
    event_id    uuid        NOT NULL,
    CONSTRAINT refunds_pkey PRIMARY KEY (refund_id),
    CONSTRAINT refunds_amount_positive CHECK (amount > 0)
);
CREATE INDEX refunds_order_id ON analytics.refunds (order_id);
COMMENT ON TABLE analytics.refunds IS 'One row a refund (payment_refunded).';
COMMENT ON COLUMN analytics.refunds.refund_id IS 'The refund.';
COMMENT ON COLUMN analytics.refunds.payment_id IS 'The payment that it gives back, in part or whole.';
COMMENT ON COLUMN analytics.refunds.order_id IS 'The order of that payment.';
COMMENT ON COLUMN analytics.refunds.amount IS 'What was given back.';
COMMENT ON COLUMN analytics.refunds.reason IS 'Why, where the producer says so.';
COMMENT ON COLUMN analytics.refunds.refunded_ts IS 'When (UTC).';
COMMENT ON COLUMN analytics.refunds.event_ts IS 'Version of the row, first part: the ts of its event.';
COMMENT ON COLUMN analytics.refunds.event_id IS 'Version of the row, second part: that event.';

CREATE TABLE analytics.feedback (
    feedback_id uuid        NOT NULL,
    order_id    uuid,
    customer_id text,
    rating      smallint    NOT NULL,
    nps         smallint,
    comment     text,
    created_ts  timestamptz NOT NULL,
    event_ts    timestamptz NOT NULL,
    event_id    uuid        NOT NULL,
    CONSTRAINT feedback_pkey PRIMARY KEY (feedback_id),
    CONSTRAINT feedback_rating_in_range CHECK (rating BETWEEN 1 AND 5),
    CONSTRAINT feedback_nps_in_range CHECK (nps BETWEEN 0 AND 10)
);
COMMENT ON TABLE analytics.feedback IS 'One row a guest''s feedback (feedback_submitted).';
COMMENT ON COLUMN analytics.feedback.feedback_id IS 'The feedback.';
COMMENT ON COLUMN analytics.feedback.order_id IS 'The order it speaks of, where known.';
COMMENT ON COLUMN analytics.feedback.customer_id IS 'The guest, where known.';
COMMENT ON COLUMN analytics.feedback.rating IS 'Stars, 1 to 5.';
COMMENT ON COLUMN analytics.feedback.nps IS 'Would recommend, 0 to 10, where asked.';
COMMENT ON COLUMN analytics.feedback.comment IS 'In the guest''s words.';
COMMENT ON COLUMN analytics.feedback.created_ts IS 'When it was given (UTC).';
COMMENT ON COLUMN analytics.feedback.event_ts IS 'Version of the row, first part: the ts of its event.';
COMMENT ON COLUMN analytics.feedback.event_id IS 'Version of the row, second part: that event.';

CREATE TABLE analytics.audit_log (
    audit_id    bigint GENERATED ALWAYS AS IDENTITY,
    happened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor       text        NOT NULL DEFAULT session_user,
    action      text        NOT NULL,
    object      text        NOT NULL,
    details     jsonb       NOT NULL DEFAULT '{}',
    CONSTRAINT audit_log_pkey PRIMARY KEY (audit_id),
    CONSTRAINT audit_log_action_not_empty CHECK (action <> '')
);
COMMENT ON TABLE analytics.audit_log IS
    'What people and maintenance do: dead-letter edits, rebuilds, retention, role changes. Not each ingested row: the raw events are that trail.';
COMMENT ON COLUMN analytics.audit_log.audit_id IS 'Surrogate key.';
COMMENT ON COLUMN analytics.audit_log.happened_at IS 'When.';
COMMENT ON COLUMN analytics.audit_log.actor IS 'The login that did it.';
COMMENT ON COLUMN analytics.audit_log.action IS 'What was done, e.g. dead_letter_retried.';
COMMENT ON COLUMN analytics.audit_log.object IS 'To what.';
COMMENT ON COLUMN analytics.audit_log.details IS 'Before, after and why.';
