-- The schema of every tutorial: with every possible constraint, index and audit trigger per row.

CREATE SCHEMA peers;
SET search_path = peers;

CREATE TABLE events (
    event_id      uuid        PRIMARY KEY,
    event_offset  bigint      NOT NULL UNIQUE CHECK (event_offset > 0),
    event_type    text        NOT NULL,
    ts            timestamptz NOT NULL,
    partition_key text        NOT NULL,
    payload       jsonb       NOT NULL CHECK (jsonb_typeof(payload) = 'object'),
    ingested_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX events_payload_idx ON events USING gin (payload);
CREATE INDEX events_ts_idx ON events (ts);
CREATE INDEX events_type_ts_idx ON events (event_type, ts);
CREATE INDEX events_partition_key_idx ON events (partition_key);

CREATE TABLE orders (
    order_id      uuid        PRIMARY KEY,
    event_id      uuid        NOT NULL UNIQUE REFERENCES events,
    visit_id      text,
    service_type  text        NOT NULL CHECK (service_type IN ('dine_in', 'takeout', 'delivery')),
    order_ts      timestamptz NOT NULL,
    location_code text        NOT NULL,
    customer_id   text,
    city          text,
    status        text        NOT NULL DEFAULT 'pending',
    total         numeric(12, 2),
    updated_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX orders_order_ts_idx ON orders (order_ts);
CREATE INDEX orders_location_idx ON orders (location_code, order_ts);
CREATE INDEX orders_customer_idx ON orders (customer_id);
CREATE INDEX orders_status_idx ON orders (status);

CREATE TABLE order_items (
    order_item_id  uuid           PRIMARY KEY,
    event_id       uuid           NOT NULL UNIQUE REFERENCES events,
    order_id       uuid           NOT NULL REFERENCES orders,
    menu_item_id   text,
    category       text           NOT NULL,
    item_name      text           NOT NULL,
    unit_price     numeric(12, 2) NOT NULL CHECK (unit_price > 0),
    qty            numeric(9, 3)  NOT NULL CHECK (qty > 0),
    extended_price numeric(12, 2) NOT NULL CHECK (extended_price >= 0)
);
CREATE INDEX order_items_order_idx ON order_items (order_id);
CREATE INDEX order_items_menu_item_idx ON order_items (menu_item_id);
CREATE INDEX order_items_category_idx ON order_items (category, item_name);

CREATE TABLE status_changes (
    event_id   uuid        PRIMARY KEY REFERENCES events,
    order_id   uuid        NOT NULL REFERENCES orders,
    status     text        NOT NULL,
    changed_ts timestamptz NOT NULL
);
CREATE INDEX status_changes_order_idx ON status_changes (order_id, changed_ts);

CREATE TABLE payments (
    payment_id    uuid           PRIMARY KEY,
    event_id      uuid           NOT NULL UNIQUE REFERENCES events,
    order_id      uuid           NOT NULL REFERENCES orders,
    method        text           NOT NULL,
    provider      text,
    auth_code     text,
    amount        numeric(12, 2) NOT NULL CHECK (amount > 0),
    subtotal      numeric(12, 2) NOT NULL,
    tax           numeric(12, 2) NOT NULL,
    tip           numeric(12, 2) NOT NULL,
    total         numeric(12, 2) NOT NULL
);
CREATE INDEX payments_order_idx ON payments (order_id);
CREATE INDEX payments_method_idx ON payments (method);

CREATE TABLE refunds (
    refund_id   uuid           PRIMARY KEY,
    event_id    uuid           NOT NULL UNIQUE REFERENCES events,
    payment_id  uuid           NOT NULL REFERENCES payments,
    order_id    uuid           NOT NULL REFERENCES orders,
    amount      numeric(12, 2) NOT NULL CHECK (amount > 0),
    reason      text,
    refunded_ts timestamptz    NOT NULL
);
CREATE INDEX refunds_order_idx ON refunds (order_id);

CREATE TABLE feedback (
    feedback_id uuid        PRIMARY KEY,
    event_id    uuid        NOT NULL UNIQUE REFERENCES events,
    order_id    uuid        REFERENCES orders,
    customer_id text,
    rating      int         NOT NULL CHECK (rating BETWEEN 1 AND 5),
    nps         int         CHECK (nps BETWEEN 0 AND 10),
    comment     text,
    created_ts  timestamptz NOT NULL
);
CREATE INDEX feedback_order_idx ON feedback (order_id);
CREATE INDEX feedback_rating_idx ON feedback (rating, created_ts);

CREATE TABLE audit_log (
    audit_id   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    table_name text        NOT NULL,
    operation  text        NOT NULL,
    old_row    jsonb,
    new_row    jsonb,
    changed_by text        NOT NULL DEFAULT current_user,
    changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX audit_log_table_idx ON audit_log (table_name, changed_at);

CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql SET search_path = peers, pg_temp AS $$
BEGIN
    INSERT INTO audit_log (table_name, operation, old_row, new_row)
    VALUES (TG_TABLE_NAME, TG_OP, CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) END, to_jsonb(NEW));
    RETURN NULL;
END $$;

CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END $$;

CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER orders_audit AFTER INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION audit();
CREATE TRIGGER order_items_audit AFTER INSERT OR UPDATE ON order_items FOR EACH ROW EXECUTE FUNCTION audit();
CREATE TRIGGER payments_audit AFTER INSERT OR UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION audit();
CREATE TRIGGER refunds_audit AFTER INSERT OR UPDATE ON refunds FOR EACH ROW EXECUTE FUNCTION audit();
CREATE TRIGGER feedback_audit AFTER INSERT OR UPDATE ON feedback FOR EACH ROW EXECUTE FUNCTION audit();
