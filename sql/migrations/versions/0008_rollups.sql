-- Rollups: sums by the hour of all that lies before a watermark. A view is its rollup plus corrections: what came after the
-- watermark, and the hours that changed after they were summed, which are taken back and summed anew. Sums are exact
-- decimals, so that taking back what was added leaves nothing behind.

CREATE TABLE analytics.locations (
    location_code text NOT NULL,
    name          text,
    city          text,
    time_zone     text NOT NULL DEFAULT 'UTC',
    close_out     time NOT NULL DEFAULT '00:00',
    CONSTRAINT locations_pkey PRIMARY KEY (location_code)
);
COMMENT ON TABLE analytics.locations IS
    'The restaurants, as people enter them. One that is not here keeps UTC and closes out at midnight.';
COMMENT ON COLUMN analytics.locations.location_code IS 'As in the events, e.g. LOC-ON-001.';
COMMENT ON COLUMN analytics.locations.name IS 'What people call it.';
COMMENT ON COLUMN analytics.locations.city IS 'Where it is.';
COMMENT ON COLUMN analytics.locations.time_zone IS 'Its clock, e.g. America/Toronto.';
COMMENT ON COLUMN analytics.locations.close_out IS
    'When its business day ends, by its clock: with 04:00, a sale at 01:30 belongs to the day before.';

CREATE TABLE analytics.rollup_watermark (
    only_row      boolean     NOT NULL DEFAULT true,
    logged_before timestamptz NOT NULL DEFAULT '-infinity',
    closed_before timestamptz NOT NULL DEFAULT '-infinity',
    refreshed_at  timestamptz,
    CONSTRAINT rollup_watermark_pkey PRIMARY KEY (only_row),
    CONSTRAINT rollup_watermark_is_one_row CHECK (only_row),
    CONSTRAINT rollup_watermark_logged_first CHECK (closed_before <= logged_before)
) WITH (fillfactor = 50);
COMMENT ON TABLE analytics.rollup_watermark IS
    'How far the rollups reach. Guarantee: whatever lies before closed_before is in them, or its hour is in rollup_invalidations, in the transaction that changed it.';
COMMENT ON COLUMN analytics.rollup_watermark.only_row IS 'There is one.';
COMMENT ON COLUMN analytics.rollup_watermark.logged_before IS
    'A change before this instant is written to rollup_invalidations. A refresh moves this first, in a transaction of its own that waits for every writer that has not heard of it.';
COMMENT ON COLUMN analytics.rollup_watermark.closed_before IS 'The rollups hold the hours before this instant; the views read the rest from the tables.';
COMMENT ON COLUMN analytics.rollup_watermark.refreshed_at IS 'When the rollups were last refreshed.';
INSERT INTO analytics.rollup_watermark DEFAULT VALUES;

CREATE TABLE analytics.rollup_invalidations (
    invalidation_id bigint GENERATED ALWAYS AS IDENTITY,
    rollup          text        NOT NULL,
    hour            timestamptz NOT NULL,
    location_code   text,
    CONSTRAINT rollup_invalidations_pkey PRIMARY KEY (invalidation_id),
    CONSTRAINT rollup_invalidations_rollup_known CHECK (rollup IN ('sales', 'menu', 'feedback')),
    CONSTRAINT rollup_invalidations_location_of_sales CHECK ((location_code IS NULL) = (rollup <> 'sales'))
);
COMMENT ON TABLE analytics.rollup_invalidations IS
    'Hours that changed after they were summed. Rows are only added, so that no writer waits for another or for a refresh, which takes away the ones that it has seen.';
COMMENT ON COLUMN analytics.rollup_invalidations.invalidation_id IS 'Surrogate key.';
COMMENT ON COLUMN analytics.rollup_invalidations.rollup IS 'sales, menu or feedback.';
COMMENT ON COLUMN analytics.rollup_invalidations.hour IS 'The instant at which the hour began.';
COMMENT ON COLUMN analytics.rollup_invalidations.location_code IS 'The restaurant, of sales only.';

CREATE TABLE analytics.rollup_sales_hours (
    hour             timestamptz NOT NULL,
    location_code    text NOT NULL,
    service_type     text NOT NULL,
    business_date    date NOT NULL,
    order_count      bigint NOT NULL,
    cancelled_orders bigint NOT NULL,
    paid_orders      bigint NOT NULL,
    subtotal         numeric NOT NULL,
    tax              numeric NOT NULL,
    tip              numeric NOT NULL,
    total            numeric NOT NULL,
    refund_count     bigint NOT NULL,
    refunded         numeric NOT NULL,
    CONSTRAINT rollup_sales_hours_once PRIMARY KEY (hour, location_code, service_type, business_date)
) WITH (fillfactor = 70);
COMMENT ON TABLE analytics.rollup_sales_hours IS
    'Sales by hour, restaurant and service. An hour in which a business day ends has two rows.';
COMMENT ON COLUMN analytics.rollup_sales_hours.hour IS 'The instant at which the hour began, cut in UTC.';
COMMENT ON COLUMN analytics.rollup_sales_hours.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.rollup_sales_hours.service_type IS 'dine_in, takeout or delivery.';
COMMENT ON COLUMN analytics.rollup_sales_hours.business_date IS 'The day that the restaurant counts it to: see locations.';
COMMENT ON COLUMN analytics.rollup_sales_hours.order_count IS 'Orders that were not cancelled.';
COMMENT ON COLUMN analytics.rollup_sales_hours.cancelled_orders IS 'Orders that were.';
COMMENT ON COLUMN analytics.rollup_sales_hours.paid_orders IS 'Those of order_count that are paid; the money is theirs.';
COMMENT ON COLUMN analytics.rollup_sales_hours.subtotal IS 'Before tax and tip.';
COMMENT ON COLUMN analytics.rollup_sales_hours.tax IS 'Tax.';
COMMENT ON COLUMN analytics.rollup_sales_hours.tip IS 'Tips.';
COMMENT ON COLUMN analytics.rollup_sales_hours.total IS 'Tax and tip included, refunds not deducted.';
COMMENT ON COLUMN analytics.rollup_sales_hours.refund_count IS 'Refunds for orders of order_count.';
COMMENT ON COLUMN analytics.rollup_sales_hours.refunded IS 'What these gave back.';

CREATE TABLE analytics.rollup_sales_days (
    business_date    date NOT NULL,
    location_code    text NOT NULL,
    order_count      bigint NOT NULL,
    cancelled_orders bigint NOT NULL,
    paid_orders      bigint NOT NULL,
    subtotal         numeric NOT NULL,
    tax              numeric NOT NULL,
    tip              numeric NOT NULL,
    total            numeric NOT NULL,
    refund_count     bigint NOT NULL,
    refunded         numeric NOT NULL,
    CONSTRAINT rollup_sales_days_once PRIMARY KEY (business_date, location_code)
) WITH (fillfactor = 70);
COMMENT ON TABLE analytics.rollup_sales_days IS
    'The same by business day and restaurant: the sums of rollup_sales_hours.';
COMMENT ON COLUMN analytics.rollup_sales_days.business_date IS 'The day that the restaurant counts it to: see locations.';
COMMENT ON COLUMN analytics.rollup_sales_days.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.rollup_sales_days.order_count IS 'Orders that were not cancelled.';
COMMENT ON COLUMN analytics.rollup_sales_days.cancelled_orders IS 'Orders that were.';
COMMENT ON COLUMN analytics.rollup_sales_days.paid_orders IS 'Those of order_count that are paid; the money is theirs.';
COMMENT ON COLUMN analytics.rollup_sales_days.subtotal IS 'Before tax and tip.';
COMMENT ON COLUMN analytics.rollup_sales_days.tax IS 'Tax.';
COMMENT ON COLUMN analytics.rollup_sales_days.tip IS 'Tips.';
COMMENT ON COLUMN analytics.rollup_sales_days.total IS 'Tax and tip included, refunds not deducted.';
COMMENT ON COLUMN analytics.rollup_sales_days.refund_count IS 'Refunds for orders of order_count.';
COMMENT ON COLUMN analytics.rollup_sales_days.refunded IS 'What these gave back.';

CREATE TABLE analytics.rollup_menu_hours (
    hour              timestamptz NOT NULL,
    category          text,
    item_name         text NOT NULL,
    times_ordered     bigint NOT NULL,
    quantity          numeric NOT NULL,
    priced_lines      bigint NOT NULL,
    revenue           numeric NOT NULL,
    unit_priced_lines bigint NOT NULL,
    unit_prices       numeric NOT NULL,
    CONSTRAINT rollup_menu_hours_once UNIQUE NULLS NOT DISTINCT (hour, category, item_name)
) WITH (fillfactor = 70);
COMMENT ON TABLE analytics.rollup_menu_hours IS
    'What was sold, by the hour of the line''s event.';
COMMENT ON COLUMN analytics.rollup_menu_hours.hour IS 'The instant at which the hour began, cut in UTC.';
COMMENT ON COLUMN analytics.rollup_menu_hours.category IS 'The category; null where the producer does not say it.';
COMMENT ON COLUMN analytics.rollup_menu_hours.item_name IS 'The item, as the producer names it.';
COMMENT ON COLUMN analytics.rollup_menu_hours.times_ordered IS 'Order lines, but for those of cancelled orders.';
COMMENT ON COLUMN analytics.rollup_menu_hours.quantity IS 'Units.';
COMMENT ON COLUMN analytics.rollup_menu_hours.priced_lines IS 'Lines whose price is known.';
COMMENT ON COLUMN analytics.rollup_menu_hours.revenue IS 'Their sum.';
COMMENT ON COLUMN analytics.rollup_menu_hours.unit_priced_lines IS 'Lines that know the price of one.';
COMMENT ON COLUMN analytics.rollup_menu_hours.unit_prices IS 'The sum of those, for their mean.';

CREATE TABLE analytics.rollup_menu (
    category          text,
    item_name         text NOT NULL,
    times_ordered     bigint NOT NULL,
    quantity          numeric NOT NULL,
    priced_lines      bigint NOT NULL,
    revenue           numeric NOT NULL,
    unit_priced_lines bigint NOT NULL,
    unit_prices       numeric NOT NULL,
    CONSTRAINT rollup_menu_once UNIQUE NULLS NOT DISTINCT (category, item_name)
) WITH (fillfactor = 70);
COMMENT ON TABLE analytics.rollup_menu IS
    'The same over all time: the sums of rollup_menu_hours.';
COMMENT ON COLUMN analytics.rollup_menu.category IS 'The category; null where the producer does not say it.';
COMMENT ON COLUMN analytics.rollup_menu.item_name IS 'The item, as the producer names it.';
COMMENT ON COLUMN analytics.rollup_menu.times_ordered IS 'Order lines, but for those of cancelled orders.';
COMMENT ON COLUMN analytics.rollup_menu.quantity IS 'Units.';
COMMENT ON COLUMN analytics.rollup_menu.priced_lines IS 'Lines whose price is known.';
COMMENT ON COLUMN analytics.rollup_menu.revenue IS 'Their sum.';
COMMENT ON COLUMN analytics.rollup_menu.unit_priced_lines IS 'Lines that know the price of one.';
COMMENT ON COLUMN analytics.rollup_menu.unit_prices IS 'The sum of those, for their mean.';

CREATE TABLE analytics.rollup_feedback_hours (
    hour           timestamptz NOT NULL,
    feedback_count bigint NOT NULL,
    ratings        bigint NOT NULL,
    satisfied      bigint NOT NULL,
    nps_count      bigint NOT NULL,
    nps_sum        bigint NOT NULL,
    promoters      bigint NOT NULL,
    detractors     bigint NOT NULL,
    CONSTRAINT rollup_feedback_hours_once PRIMARY KEY (hour)
) WITH (fillfactor = 70);
COMMENT ON TABLE analytics.rollup_feedback_hours IS
    'What guests thought, by the hour of created_ts.';
COMMENT ON COLUMN analytics.rollup_feedback_hours.hour IS 'The instant at which the hour began, cut in UTC.';
COMMENT ON COLUMN analytics.rollup_feedback_hours.feedback_count IS 'How many guests spoke.';
COMMENT ON COLUMN analytics.rollup_feedback_hours.ratings IS 'The sum of their stars.';
COMMENT ON COLUMN analytics.rollup_feedback_hours.satisfied IS 'How many gave 4 or 5.';
COMMENT ON COLUMN analytics.rollup_feedback_hours.nps_count IS 'How many gave an NPS answer.';
COMMENT ON COLUMN analytics.rollup_feedback_hours.nps_sum IS 'The sum of these.';
COMMENT ON COLUMN analytics.rollup_feedback_hours.promoters IS 'Answers of 9 and 10.';
COMMENT ON COLUMN analytics.rollup_feedback_hours.detractors IS 'Answers from 0 to 6.';

-- What a view reads beside the rollups: the orders of an hour of a restaurant, and what came last. An index keeps writers
-- out of its table; of several tables, they are kept out from their first on, or each would wait for the other.
LOCK TABLE raw_data.event_ids IN SHARE ROW EXCLUSIVE MODE;
CREATE INDEX orders_location_order_ts ON analytics.orders (location_code, order_ts);
CREATE INDEX orders_order_ts ON analytics.orders (order_ts);
CREATE INDEX order_items_event_ts ON analytics.order_items USING brin (event_ts) WITH (pages_per_range = 32);
CREATE INDEX feedback_created_ts ON analytics.feedback USING brin (created_ts) WITH (pages_per_range = 32);
