-- Slowly changing dimensions: each change is a row, whenever it comes; the views over them say from when to when it was so.

CREATE TABLE analytics.menu_item_changes (
    menu_item_id text        NOT NULL,
    name         text        NOT NULL,
    category     text,
    price        numeric,
    cost         numeric,
    changed_ts   timestamptz NOT NULL,
    event_ts     timestamptz NOT NULL,
    event_id     uuid        NOT NULL,
    CONSTRAINT menu_item_changes_pkey PRIMARY KEY (menu_item_id, changed_ts),
    CONSTRAINT menu_item_changes_price_not_negative CHECK (price >= 0),
    CONSTRAINT menu_item_changes_cost_not_negative CHECK (cost >= 0)
);
COMMENT ON TABLE analytics.menu_item_changes IS
    'One row a change of an item of the menu (menu_item_changed), with the whole item as it was from then on. menu_items says until when.';
COMMENT ON COLUMN analytics.menu_item_changes.menu_item_id IS 'The item, as in order_items.';
COMMENT ON COLUMN analytics.menu_item_changes.name IS 'What it is called.';
COMMENT ON COLUMN analytics.menu_item_changes.category IS 'Its category; null means unknown.';
COMMENT ON COLUMN analytics.menu_item_changes.price IS 'Its price on the menu; null means unknown.';
COMMENT ON COLUMN analytics.menu_item_changes.cost IS 'What one costs to make; null means unknown, never nothing.';
COMMENT ON COLUMN analytics.menu_item_changes.changed_ts IS 'From when on (UTC).';
COMMENT ON COLUMN analytics.menu_item_changes.event_ts IS 'Version of the row, first part: the ts of its event.';
COMMENT ON COLUMN analytics.menu_item_changes.event_id IS 'Version of the row, second part: that event.';

CREATE TABLE analytics.customer_changes (
    customer_id text        NOT NULL,
    city        text,
    membership  text,
    changed_ts  timestamptz NOT NULL,
    event_ts    timestamptz NOT NULL,
    event_id    uuid        NOT NULL,
    CONSTRAINT customer_changes_pkey PRIMARY KEY (customer_id, changed_ts)
);
COMMENT ON TABLE analytics.customer_changes IS
    'One row a change of a guest (customer_changed), with all that is known of the guest from then on. customers says until when. Personal data, which analytics_reader may read.';
COMMENT ON COLUMN analytics.customer_changes.customer_id IS 'The guest, as in orders and feedback.';
COMMENT ON COLUMN analytics.customer_changes.city IS 'Where the guest lives (personal data); null means unknown.';
COMMENT ON COLUMN analytics.customer_changes.membership IS 'The guest''s tier in the programme, as the producer names it (personal data); null means none, or unknown.';
COMMENT ON COLUMN analytics.customer_changes.changed_ts IS 'From when on (UTC).';
COMMENT ON COLUMN analytics.customer_changes.event_ts IS 'Version of the row, first part: the ts of its event.';
COMMENT ON COLUMN analytics.customer_changes.event_id IS 'Version of the row, second part: that event.';
