-- The whole bill. Voids, discounts and service charges have tables; orders, lines and payments have more columns. The sums
-- of bills have rollups of their own, which the next refresh fills: until then the views read the tables.

LOCK TABLE raw_data.event_ids IN SHARE ROW EXCLUSIVE MODE;

ALTER TABLE analytics.orders
    ADD COLUMN guest_count integer,
    ADD COLUMN currency text,
    ADD COLUMN channel text,
    DROP CONSTRAINT orders_service_type_known,
    ADD CONSTRAINT orders_service_type_known CHECK (service_type IN ('dine_in', 'takeout', 'delivery', 'drive_thru',
        'curbside', 'catering', 'bar', 'room_service', 'other'));
COMMENT ON COLUMN analytics.orders.service_type IS
    'dine_in, takeout, delivery, drive_thru, curbside, catering, bar, room_service or other.';
COMMENT ON COLUMN analytics.orders.guest_count IS 'How many guests ordered together; null means unknown.';
COMMENT ON COLUMN analytics.orders.currency IS 'The currency of all amounts of the order (ISO 4217); null means unknown.';
COMMENT ON COLUMN analytics.orders.channel IS 'Where the order was placed, as the producer names it; null means unknown.';

ALTER TABLE analytics.order_items
    ADD COLUMN parent_item_id uuid,
    ADD COLUMN tax_included boolean,
    ADD COLUMN kind text,
    DROP CONSTRAINT order_items_unit_price_positive,
    ADD CONSTRAINT order_items_unit_price_not_negative CHECK (unit_price >= 0);
CREATE INDEX order_items_tax_included ON analytics.order_items (order_id) WHERE tax_included;
COMMENT ON COLUMN analytics.order_items.parent_item_id IS
    'The line that this one belongs to, as a modifier or as a part of a combo; null where it stands alone.';
COMMENT ON COLUMN analytics.order_items.tax_included IS 'Whether its price contains the tax; null means no.';
COMMENT ON COLUMN analytics.order_items.kind IS
    'sale or gift_card; null means sale. A gift card is a liability and no revenue.';

ALTER TABLE analytics.payments
    ADD COLUMN service_charge numeric,
    ADD COLUMN discount numeric,
    ADD COLUMN rounding numeric,
    DROP CONSTRAINT payments_amount_positive,
    ADD CONSTRAINT payments_amount_not_negative CHECK (amount >= 0);
CREATE INDEX payments_discounted ON analytics.payments (order_id) WHERE discount > 0;
COMMENT ON COLUMN analytics.payments.amount IS 'What was captured; 0 closes an order that costs nothing.';
COMMENT ON COLUMN analytics.payments.service_charge IS 'Its share of the service charges; null where the producer states none.';
COMMENT ON COLUMN analytics.payments.discount IS
    'Its share of the discounts, which subtotal still contains; null where the producer states none.';
COMMENT ON COLUMN analytics.payments.rounding IS
    'What rounding, of cash for example, adds to the total; below 0 it takes away. Null where the producer states none.';

CREATE TABLE analytics.order_item_voids (
    order_item_id uuid NOT NULL,
    order_id uuid NOT NULL,
    reason text,
    voided_ts timestamptz NOT NULL,
    event_ts timestamptz NOT NULL,
    event_id uuid NOT NULL,
    event_version bigint,
    event_offset bigint NOT NULL DEFAULT 0,
    CONSTRAINT order_item_voids_pkey PRIMARY KEY (order_item_id)
);
CREATE INDEX order_item_voids_order_id ON analytics.order_item_voids (order_id);
COMMENT ON TABLE analytics.order_item_voids IS
    'Lines that were taken back (order_item_voided), one row per line. Such a line counts nowhere except in the voids.';
COMMENT ON COLUMN analytics.order_item_voids.order_item_id IS 'The line.';
COMMENT ON COLUMN analytics.order_item_voids.order_id IS 'Its order. A void that names another order than the line does has no effect.';
COMMENT ON COLUMN analytics.order_item_voids.reason IS 'Why; null means unknown.';
COMMENT ON COLUMN analytics.order_item_voids.voided_ts IS 'When it was taken back (UTC).';
COMMENT ON COLUMN analytics.order_item_voids.event_ts IS 'Version of the row: the ts of its event.';
COMMENT ON COLUMN analytics.order_item_voids.event_id IS 'Version of the row: that event.';
COMMENT ON COLUMN analytics.order_item_voids.event_version IS
    'The version in the event that wrote the row; null where it has none.';
COMMENT ON COLUMN analytics.order_item_voids.event_offset IS
    'The offset of the event that wrote the row, as in raw_data.event_ids.';

CREATE TABLE analytics.payment_voids (
    payment_id uuid NOT NULL,
    order_id uuid NOT NULL,
    reason text,
    voided_ts timestamptz NOT NULL,
    event_ts timestamptz NOT NULL,
    event_id uuid NOT NULL,
    event_version bigint,
    event_offset bigint NOT NULL DEFAULT 0,
    CONSTRAINT payment_voids_pkey PRIMARY KEY (payment_id)
);
CREATE INDEX payment_voids_order_id ON analytics.payment_voids (order_id);
COMMENT ON TABLE analytics.payment_voids IS
    'Payments that were taken back before they were settled (payment_voided), one row per payment. Such a payment counts nowhere.';
COMMENT ON COLUMN analytics.payment_voids.payment_id IS 'The payment.';
COMMENT ON COLUMN analytics.payment_voids.order_id IS 'Its order. A void that names another order than the payment does has no effect.';
COMMENT ON COLUMN analytics.payment_voids.reason IS 'Why; null means unknown.';
COMMENT ON COLUMN analytics.payment_voids.voided_ts IS 'When it was taken back (UTC).';
COMMENT ON COLUMN analytics.payment_voids.event_ts IS 'Version of the row: the ts of its event.';
COMMENT ON COLUMN analytics.payment_voids.event_id IS 'Version of the row: that event.';
COMMENT ON COLUMN analytics.payment_voids.event_version IS
    'The version in the event that wrote the row; null where it has none.';
COMMENT ON COLUMN analytics.payment_voids.event_offset IS
    'The offset of the event that wrote the row, as in raw_data.event_ids.';

CREATE TABLE analytics.order_discounts (
    discount_id uuid NOT NULL,
    order_id uuid NOT NULL,
    order_item_id uuid,
    name text,
    kind text NOT NULL,
    amount numeric NOT NULL,
    event_ts timestamptz NOT NULL,
    event_id uuid NOT NULL,
    event_version bigint,
    event_offset bigint NOT NULL DEFAULT 0,
    CONSTRAINT order_discounts_pkey PRIMARY KEY (discount_id),
    CONSTRAINT order_discounts_kind_known CHECK (kind IN ('discount', 'comp', 'promotion', 'loyalty')),
    CONSTRAINT order_discounts_amount_positive CHECK (amount > 0)
);
CREATE INDEX order_discounts_order_id ON analytics.order_discounts (order_id);
COMMENT ON TABLE analytics.order_discounts IS
    'Discounts (discount_applied), one row per discount: what an order, or one line of it, costs less.';
COMMENT ON COLUMN analytics.order_discounts.discount_id IS 'The discount.';
COMMENT ON COLUMN analytics.order_discounts.order_id IS 'The order.';
COMMENT ON COLUMN analytics.order_discounts.order_item_id IS 'The line that it is for; null where it is for the whole order.';
COMMENT ON COLUMN analytics.order_discounts.name IS 'Its name; null means unknown.';
COMMENT ON COLUMN analytics.order_discounts.kind IS 'discount, comp, promotion or loyalty. A comp is on the house.';
COMMENT ON COLUMN analytics.order_discounts.amount IS 'How much less, above 0.';
COMMENT ON COLUMN analytics.order_discounts.event_ts IS 'Version of the row: the ts of its event.';
COMMENT ON COLUMN analytics.order_discounts.event_id IS 'Version of the row: that event.';
COMMENT ON COLUMN analytics.order_discounts.event_version IS
    'The version in the event that wrote the row; null where it has none.';
COMMENT ON COLUMN analytics.order_discounts.event_offset IS
    'The offset of the event that wrote the row, as in raw_data.event_ids.';

CREATE TABLE analytics.service_charges (
    charge_id uuid NOT NULL,
    order_id uuid NOT NULL,
    name text,
    amount numeric NOT NULL,
    gratuity boolean,
    event_ts timestamptz NOT NULL,
    event_id uuid NOT NULL,
    event_version bigint,
    event_offset bigint NOT NULL DEFAULT 0,
    CONSTRAINT service_charges_pkey PRIMARY KEY (charge_id),
    CONSTRAINT service_charges_amount_positive CHECK (amount > 0)
);
CREATE INDEX service_charges_order_id ON analytics.service_charges (order_id);
COMMENT ON TABLE analytics.service_charges IS
    'Service charges (service_charge_added), one row per charge: what an order costs beside its lines.';
COMMENT ON COLUMN analytics.service_charges.charge_id IS 'The charge.';
COMMENT ON COLUMN analytics.service_charges.order_id IS 'The order.';
COMMENT ON COLUMN analytics.service_charges.name IS 'Its name; null means unknown.';
COMMENT ON COLUMN analytics.service_charges.amount IS 'How much, above 0.';
COMMENT ON COLUMN analytics.service_charges.gratuity IS 'Whether it belongs to the staff; null means no.';
COMMENT ON COLUMN analytics.service_charges.event_ts IS 'Version of the row: the ts of its event.';
COMMENT ON COLUMN analytics.service_charges.event_id IS 'Version of the row: that event.';
COMMENT ON COLUMN analytics.service_charges.event_version IS
    'The version in the event that wrote the row; null where it has none.';
COMMENT ON COLUMN analytics.service_charges.event_offset IS
    'The offset of the event that wrote the row, as in raw_data.event_ids.';

COMMENT ON COLUMN analytics.event_types.checked_fields IS
    'For a type that was kept raw before it had a table: the fields that an event needs to have a row, and what each must be: id (text of at most 200 characters), text, uuid, money, price (money above 0), bool, time, or the texts that are valid with | between them; with ? it may be absent or null. Events that do not fit stay in raw_data.events_raw. Null where every event was validated when it came.';
INSERT INTO analytics.event_types
    (event_type, table_name, key_column, key_field, version_column, belongs_to_order, is_restating, checked_fields)
VALUES
    ('order_item_voided', 'order_item_voids', 'order_item_id', 'order_item_id', NULL, true, false,
        '{"order_item_id": "uuid", "order_id": "uuid", "reason": "text?", "voided_ts": "time"}'),
    ('payment_voided', 'payment_voids', 'payment_id', 'payment_id', NULL, true, true,
        '{"payment_id": "uuid", "order_id": "uuid", "reason": "text?", "voided_ts": "time"}'),
    ('discount_applied', 'order_discounts', 'discount_id', 'discount_id', NULL, true, false,
        '{"discount_id": "uuid", "order_id": "uuid", "order_item_id": "uuid?", "name": "text?", "kind": "discount|comp|promotion|loyalty", "amount": "price"}'),
    ('service_charge_added', 'service_charges', 'charge_id', 'charge_id', NULL, true, false,
        '{"charge_id": "uuid", "order_id": "uuid", "name": "text?", "amount": "price", "gratuity": "bool?"}');

CREATE TABLE analytics.rollup_bills (
    location_code text NOT NULL,
    sold_orders bigint NOT NULL,
    unpriced_items bigint NOT NULL,
    gross_sales numeric NOT NULL,
    discounts numeric NOT NULL,
    comps numeric NOT NULL,
    included_tax numeric NOT NULL,
    net_sales numeric NOT NULL,
    voids numeric NOT NULL,
    gift_cards numeric NOT NULL,
    paid_orders bigint NOT NULL,
    tax numeric NOT NULL,
    tips numeric NOT NULL,
    rounding numeric NOT NULL,
    collected numeric NOT NULL,
    charged_orders bigint NOT NULL,
    service_charges numeric NOT NULL,
    counted_orders bigint NOT NULL,
    guests bigint NOT NULL,
    sold_guests bigint NOT NULL,
    guest_sales numeric NOT NULL,
    CONSTRAINT rollup_bills_once PRIMARY KEY (location_code)
) WITH (fillfactor = 70);
COMMENT ON TABLE analytics.rollup_bills IS
    'The sums of the bills by restaurant, over all time. Without cancelled orders.';
COMMENT ON COLUMN analytics.rollup_bills.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.rollup_bills.sold_orders IS 'Orders with a line of known price. The sales are theirs.';
COMMENT ON COLUMN analytics.rollup_bills.unpriced_items IS 'Their lines of unknown price, and those of other orders.';
COMMENT ON COLUMN analytics.rollup_bills.gross_sales IS 'Their lines at menu price.';
COMMENT ON COLUMN analytics.rollup_bills.discounts IS 'Discounts, promotions and loyalty.';
COMMENT ON COLUMN analytics.rollup_bills.comps IS 'What was on the house.';
COMMENT ON COLUMN analytics.rollup_bills.included_tax IS 'The tax in prices that include it, as far as it is known.';
COMMENT ON COLUMN analytics.rollup_bills.net_sales IS 'gross_sales - discounts - comps - included_tax.';
COMMENT ON COLUMN analytics.rollup_bills.voids IS 'Lines that were taken back, at menu price.';
COMMENT ON COLUMN analytics.rollup_bills.gift_cards IS 'Gift cards that were sold.';
COMMENT ON COLUMN analytics.rollup_bills.paid_orders IS 'Orders with a payment. The money is theirs.';
COMMENT ON COLUMN analytics.rollup_bills.tax IS 'Tax, as their payments state it.';
COMMENT ON COLUMN analytics.rollup_bills.tips IS 'Tips, as their payments state them.';
COMMENT ON COLUMN analytics.rollup_bills.rounding IS 'Rounding, as their payments state it.';
COMMENT ON COLUMN analytics.rollup_bills.collected IS 'The amounts of their payments.';
COMMENT ON COLUMN analytics.rollup_bills.charged_orders IS 'Orders whose service charges are known.';
COMMENT ON COLUMN analytics.rollup_bills.service_charges IS 'Their service charges.';
COMMENT ON COLUMN analytics.rollup_bills.counted_orders IS 'Orders whose number of guests is known.';
COMMENT ON COLUMN analytics.rollup_bills.guests IS 'Their guests.';
COMMENT ON COLUMN analytics.rollup_bills.sold_guests IS 'The guests of those of them that are sold_orders.';
COMMENT ON COLUMN analytics.rollup_bills.guest_sales IS 'The net sales of these guests.';

CREATE TABLE analytics.rollup_bill_days (
    business_date date NOT NULL,
    daypart text NOT NULL,
    LIKE analytics.rollup_bills INCLUDING COMMENTS,
    CONSTRAINT rollup_bill_days_once PRIMARY KEY (business_date, location_code, daypart)
) WITH (fillfactor = 70);
COMMENT ON TABLE analytics.rollup_bill_days IS
    'The sums of the bills by business day, restaurant and daypart.';
COMMENT ON COLUMN analytics.rollup_bill_days.business_date IS 'The business day.';
COMMENT ON COLUMN analytics.rollup_bill_days.daypart IS 'The part of the day.';

CREATE TABLE analytics.rollup_bill_hours (
    hour timestamptz NOT NULL,
    service_type text NOT NULL,
    LIKE analytics.rollup_bill_days INCLUDING COMMENTS,
    CONSTRAINT rollup_bill_hours_once PRIMARY KEY (location_code, hour, service_type, business_date, daypart)
) WITH (fillfactor = 70);
COMMENT ON TABLE analytics.rollup_bill_hours IS
    'The sums of the bills by hour, service type, business day, restaurant and daypart.';
COMMENT ON COLUMN analytics.rollup_bill_hours.hour IS 'The instant at which the hour of order_ts began (UTC).';
COMMENT ON COLUMN analytics.rollup_bill_hours.service_type IS 'The service type of the orders.';

CREATE INDEX rollup_bill_hours_by_hour ON analytics.rollup_bill_hours (hour);

ALTER TABLE analytics.rollup_menu_hours ADD COLUMN deductions numeric NOT NULL DEFAULT 0;
COMMENT ON COLUMN analytics.rollup_menu_hours.deductions IS
    'What discounts, comps and included tax take from revenue: revenue - deductions is the net sales.';
ALTER TABLE analytics.rollup_menu ADD COLUMN deductions numeric NOT NULL DEFAULT 0;
COMMENT ON COLUMN analytics.rollup_menu.deductions IS
    'What discounts, comps and included tax take from revenue: revenue - deductions is the net sales.';

-- The rollups are emptied, so that the next refresh fills those of bills too. The refresh of the version before would move
-- the watermark without filling them: until the functions of this version are there, there is none.
DROP FUNCTION IF EXISTS analytics.refresh_rollups();
UPDATE analytics.rollup_watermark SET logged_before = '-infinity', closed_before = '-infinity';
DELETE FROM analytics.rollup_invalidations;
TRUNCATE analytics.rollup_sales_hours, analytics.rollup_sales_days, analytics.rollup_sales, analytics.rollup_payment_hours,
    analytics.rollup_payment_days, analytics.rollup_menu_hours, analytics.rollup_menu, analytics.rollup_feedback_hours,
    analytics.rollup_feedback_days, analytics.rollup_cash_hours, analytics.rollup_movement_hours,
    analytics.rollup_movement_days, analytics.rollup_held_hours;
