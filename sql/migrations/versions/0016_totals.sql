-- What is asked over all time, or day by day, is summed so: reading every hour there ever was takes longer each month. And cash is
-- compared when an hour is summed, not each time somebody looks. The sums so far do not know these: they are forgotten, the
-- views read the tables, and the next refresh sums everything anew: not that of the version before, which would move the
-- watermark and not fill what is new. Until the functions of this version are there, there is none.

DROP FUNCTION IF EXISTS analytics.refresh_rollups();
UPDATE analytics.rollup_watermark SET logged_before = '-infinity', closed_before = '-infinity';
DELETE FROM analytics.rollup_invalidations;
TRUNCATE analytics.rollup_sales_hours, analytics.rollup_sales_days, analytics.rollup_payment_hours,
    analytics.rollup_payment_days, analytics.rollup_menu_hours, analytics.rollup_menu, analytics.rollup_feedback_hours;

CREATE TABLE analytics.rollup_sales (
    location_code    text NOT NULL,
    city             text,
    order_count      bigint NOT NULL,
    cancelled_orders bigint NOT NULL,
    pending          bigint NOT NULL,
    preparing        bigint NOT NULL,
    ready            bigint NOT NULL,
    paid_orders      bigint NOT NULL,
    premium_orders   bigint NOT NULL,
    total            numeric NOT NULL,
    premium_total    numeric NOT NULL,
    refunded         numeric NOT NULL,
    CONSTRAINT rollup_sales_once UNIQUE NULLS NOT DISTINCT (location_code, city)
) WITH (fillfactor = 70);
COMMENT ON TABLE analytics.rollup_sales IS 'The same over all time, by restaurant and city: the sums of rollup_sales_days.';
COMMENT ON COLUMN analytics.rollup_sales.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.rollup_sales.city IS 'The city that the order names, or else that of the restaurant.';
COMMENT ON COLUMN analytics.rollup_sales.order_count IS 'Orders that were not cancelled.';
COMMENT ON COLUMN analytics.rollup_sales.cancelled_orders IS 'Orders that were.';
COMMENT ON COLUMN analytics.rollup_sales.pending IS 'Of order_count, those that are pending.';
COMMENT ON COLUMN analytics.rollup_sales.preparing IS 'Of order_count, those that are being prepared.';
COMMENT ON COLUMN analytics.rollup_sales.ready IS 'Of order_count, those that are ready. The rest is completed.';
COMMENT ON COLUMN analytics.rollup_sales.paid_orders IS 'Those of order_count that are paid; the money is theirs.';
COMMENT ON COLUMN analytics.rollup_sales.premium_orders IS 'Of paid_orders, those that came to the threshold premium_order or more.';
COMMENT ON COLUMN analytics.rollup_sales.total IS 'Tax and tip included, refunds not deducted.';
COMMENT ON COLUMN analytics.rollup_sales.premium_total IS 'What the premium ones came to.';
COMMENT ON COLUMN analytics.rollup_sales.refunded IS 'What was given back for orders of order_count.';

CREATE TABLE analytics.rollup_feedback_days (
    day            date NOT NULL,
    feedback_count bigint NOT NULL,
    ratings        bigint NOT NULL,
    satisfied      bigint NOT NULL,
    nps_count      bigint NOT NULL,
    nps_sum        bigint NOT NULL,
    promoters      bigint NOT NULL,
    detractors     bigint NOT NULL,
    CONSTRAINT rollup_feedback_days_once PRIMARY KEY (day)
) WITH (fillfactor = 70);
COMMENT ON TABLE analytics.rollup_feedback_days IS 'The same by day: the sums of rollup_feedback_hours.';
COMMENT ON COLUMN analytics.rollup_feedback_days.day IS 'The day of created_ts, cut in UTC.';
COMMENT ON COLUMN analytics.rollup_feedback_days.feedback_count IS 'How many guests spoke.';
COMMENT ON COLUMN analytics.rollup_feedback_days.ratings IS 'The sum of their stars.';
COMMENT ON COLUMN analytics.rollup_feedback_days.satisfied IS 'How many gave 4 or 5.';
COMMENT ON COLUMN analytics.rollup_feedback_days.nps_count IS 'How many gave an NPS answer.';
COMMENT ON COLUMN analytics.rollup_feedback_days.nps_sum IS 'The sum of these.';
COMMENT ON COLUMN analytics.rollup_feedback_days.promoters IS 'Answers of 9 and 10.';
COMMENT ON COLUMN analytics.rollup_feedback_days.detractors IS 'Answers from 0 to 6.';

CREATE TABLE analytics.rollup_cash_hours (
    hour             timestamptz NOT NULL,
    location_code    text NOT NULL,
    business_date    date NOT NULL,
    orders           bigint NOT NULL,
    items_total      numeric,
    subtotal         numeric,
    total            numeric,
    paid             numeric,
    tips             numeric,
    refunded         numeric,
    unpaid_orders    bigint NOT NULL,
    unpriced_orders  bigint NOT NULL,
    differing_orders bigint NOT NULL,
    difference       numeric NOT NULL,
    evidence         jsonb NOT NULL,
    CONSTRAINT rollup_cash_hours_once PRIMARY KEY (business_date, location_code, hour)
) WITH (fillfactor = 70);
COMMENT ON TABLE analytics.rollup_cash_hours IS
    'What cash_of_hours() said of each hour and restaurant when it was summed. An hour that changed since is not taken from here.';
COMMENT ON COLUMN analytics.rollup_cash_hours.hour IS 'The instant at which the hour of order_ts began, cut in UTC.';
COMMENT ON COLUMN analytics.rollup_cash_hours.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.rollup_cash_hours.business_date IS 'The day that the restaurant counts it to: see locations.';
COMMENT ON COLUMN analytics.rollup_cash_hours.orders IS 'As in cash_up, like all that follow.';
COMMENT ON COLUMN analytics.rollup_cash_hours.items_total IS 'What the lines of the paid orders come to.';
COMMENT ON COLUMN analytics.rollup_cash_hours.subtotal IS 'What the payments say before tax and tip.';
COMMENT ON COLUMN analytics.rollup_cash_hours.total IS 'Tax and tip included.';
COMMENT ON COLUMN analytics.rollup_cash_hours.paid IS 'What was taken in.';
COMMENT ON COLUMN analytics.rollup_cash_hours.tips IS 'The tips in it.';
COMMENT ON COLUMN analytics.rollup_cash_hours.refunded IS 'What was given back.';
COMMENT ON COLUMN analytics.rollup_cash_hours.unpaid_orders IS 'Orders without a payment.';
COMMENT ON COLUMN analytics.rollup_cash_hours.unpriced_orders IS 'Orders with a line whose price is unknown.';
COMMENT ON COLUMN analytics.rollup_cash_hours.differing_orders IS 'Orders with a difference of any kind.';
COMMENT ON COLUMN analytics.rollup_cash_hours.difference IS 'The sum of the differences.';
COMMENT ON COLUMN analytics.rollup_cash_hours.evidence IS 'The 50 greatest differences.';
CREATE INDEX rollup_cash_hours_by_hour ON analytics.rollup_cash_hours (location_code, hour);
