-- More to sum: by daypart and city, by status, what is premium, and how it was paid. The sums so far do not know these: they are
-- forgotten, the views read the tables, and the next refresh sums everything anew.

UPDATE analytics.rollup_watermark SET logged_before = '-infinity', closed_before = '-infinity';
DELETE FROM analytics.rollup_invalidations;
TRUNCATE analytics.rollup_sales_hours, analytics.rollup_sales_days, analytics.rollup_menu_hours, analytics.rollup_menu,
    analytics.rollup_feedback_hours;

ALTER TABLE analytics.rollup_sales_hours
    DROP CONSTRAINT rollup_sales_hours_once,
    ADD COLUMN daypart text NOT NULL,
    ADD COLUMN city text,
    ADD COLUMN pending bigint NOT NULL,
    ADD COLUMN preparing bigint NOT NULL,
    ADD COLUMN ready bigint NOT NULL,
    ADD COLUMN premium_orders bigint NOT NULL,
    ADD COLUMN premium_total numeric NOT NULL,
    ADD CONSTRAINT rollup_sales_hours_once UNIQUE NULLS NOT DISTINCT (hour, location_code, service_type, business_date, daypart, city);
COMMENT ON COLUMN analytics.rollup_sales_hours.daypart IS 'breakfast, lunch, dinner or late: see analytics.daypart().';
COMMENT ON COLUMN analytics.rollup_sales_hours.city IS 'The city that the order names, or else that of the restaurant.';
COMMENT ON COLUMN analytics.rollup_sales_hours.pending IS 'Of order_count, those that are pending.';
COMMENT ON COLUMN analytics.rollup_sales_hours.preparing IS 'Of order_count, those that are being prepared.';
COMMENT ON COLUMN analytics.rollup_sales_hours.ready IS 'Of order_count, those that are ready. The rest is completed.';
COMMENT ON COLUMN analytics.rollup_sales_hours.premium_orders IS 'Of paid_orders, those that came to the threshold premium_order or more.';
COMMENT ON COLUMN analytics.rollup_sales_hours.premium_total IS 'What these came to, as total.';

ALTER TABLE analytics.rollup_sales_days
    DROP CONSTRAINT rollup_sales_days_once,
    ADD COLUMN daypart text NOT NULL,
    ADD COLUMN city text,
    ADD COLUMN pending bigint NOT NULL,
    ADD COLUMN preparing bigint NOT NULL,
    ADD COLUMN ready bigint NOT NULL,
    ADD COLUMN premium_orders bigint NOT NULL,
    ADD COLUMN premium_total numeric NOT NULL,
    ADD CONSTRAINT rollup_sales_days_once UNIQUE NULLS NOT DISTINCT (business_date, location_code, daypart, city);
COMMENT ON COLUMN analytics.rollup_sales_days.daypart IS 'breakfast, lunch, dinner or late: see analytics.daypart().';
COMMENT ON COLUMN analytics.rollup_sales_days.city IS 'The city that the order names, or else that of the restaurant.';
COMMENT ON COLUMN analytics.rollup_sales_days.pending IS 'Of order_count, those that are pending.';
COMMENT ON COLUMN analytics.rollup_sales_days.preparing IS 'Of order_count, those that are being prepared.';
COMMENT ON COLUMN analytics.rollup_sales_days.ready IS 'Of order_count, those that are ready. The rest is completed.';
COMMENT ON COLUMN analytics.rollup_sales_days.premium_orders IS 'Of paid_orders, those that came to the threshold premium_order or more.';
COMMENT ON COLUMN analytics.rollup_sales_days.premium_total IS 'What these came to, as total.';

COMMENT ON TABLE analytics.rollup_sales_hours IS
    'Sales by hour, restaurant, service, daypart and city. An hour in which a business day or a daypart ends has more rows.';
COMMENT ON TABLE analytics.rollup_sales_days IS
    'The same by business day, restaurant, daypart and city: the sums of rollup_sales_hours.';

CREATE TABLE analytics.rollup_payment_hours (
    hour          timestamptz NOT NULL,
    location_code text NOT NULL,
    business_date date NOT NULL,
    method        text NOT NULL,
    provider      text,
    payments      bigint NOT NULL,
    amount        numeric NOT NULL,
    tip           numeric NOT NULL,
    CONSTRAINT rollup_payment_hours_once UNIQUE NULLS NOT DISTINCT (hour, location_code, business_date, method, provider)
) WITH (fillfactor = 70);
COMMENT ON TABLE analytics.rollup_payment_hours IS
    'How orders were paid, by the hour of the order, restaurant, method and provider.';
COMMENT ON COLUMN analytics.rollup_payment_hours.hour IS 'The instant at which the hour of order_ts began, cut in UTC.';
COMMENT ON COLUMN analytics.rollup_payment_hours.location_code IS 'The restaurant of the order.';
COMMENT ON COLUMN analytics.rollup_payment_hours.business_date IS 'The day that the restaurant counts the order to.';
COMMENT ON COLUMN analytics.rollup_payment_hours.method IS 'As the producer names it, e.g. card.';
COMMENT ON COLUMN analytics.rollup_payment_hours.provider IS 'Who carried it, where the producer says so.';
COMMENT ON COLUMN analytics.rollup_payment_hours.payments IS 'Payments for orders that were not cancelled.';
COMMENT ON COLUMN analytics.rollup_payment_hours.amount IS 'What they took in, refunds not deducted.';
COMMENT ON COLUMN analytics.rollup_payment_hours.tip IS 'The tips in it.';

CREATE TABLE analytics.rollup_payment_days (
    business_date date NOT NULL,
    location_code text NOT NULL,
    method        text NOT NULL,
    provider      text,
    payments      bigint NOT NULL,
    amount        numeric NOT NULL,
    tip           numeric NOT NULL,
    CONSTRAINT rollup_payment_days_once UNIQUE NULLS NOT DISTINCT (business_date, location_code, method, provider)
) WITH (fillfactor = 70);
COMMENT ON TABLE analytics.rollup_payment_days IS
    'The same by business day: the sums of rollup_payment_hours.';
COMMENT ON COLUMN analytics.rollup_payment_days.business_date IS 'The day that the restaurant counts the order to.';
COMMENT ON COLUMN analytics.rollup_payment_days.location_code IS 'The restaurant of the order.';
COMMENT ON COLUMN analytics.rollup_payment_days.method IS 'As the producer names it, e.g. card.';
COMMENT ON COLUMN analytics.rollup_payment_days.provider IS 'Who carried it, where the producer says so.';
COMMENT ON COLUMN analytics.rollup_payment_days.payments IS 'Payments for orders that were not cancelled.';
COMMENT ON COLUMN analytics.rollup_payment_days.amount IS 'What they took in, refunds not deducted.';
COMMENT ON COLUMN analytics.rollup_payment_days.tip IS 'The tips in it.';

COMMENT ON TABLE analytics.thresholds IS
    'Where the checks and the views draw the line. Change a value with UPDATE, as restaurant_user.';
INSERT INTO analytics.thresholds (name, value, unit, meaning) VALUES
    ('premium_order', 500, 'money', 'A paid order that comes to this or more is premium. Changing it makes all sales be summed anew.'),
    ('peak_hours_days', 56, 'days', 'peak_hours looks back so far from the newest order.'),
    ('order_stuck', 3600, 'seconds', 'An open order that has kept its status for longer than this is stuck.'),
    ('order_abandoned', 172800, 'seconds', 'An open order that was ordered longer ago than this is abandoned, and no longer stuck.'),
    ('rollups_warn', 3600, 'seconds', 'The rollups were last refreshed longer ago than this: warn. Views are exact all the same, but slower.');
