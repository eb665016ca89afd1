-- Rollups of the cash movements: payments and refunds by the time at which the money moved. The next refresh computes all
-- rollups again, because the old ones do not have these. Until then the views read the tables. The function of the version
-- before must not run meanwhile: it would move the watermark past movements that it does not know.

DROP FUNCTION IF EXISTS analytics.refresh_rollups();
UPDATE analytics.rollup_watermark SET logged_before = '-infinity', closed_before = '-infinity';
DELETE FROM analytics.rollup_invalidations;
TRUNCATE analytics.rollup_sales_hours, analytics.rollup_sales_days, analytics.rollup_sales,
    analytics.rollup_payment_hours, analytics.rollup_payment_days, analytics.rollup_menu_hours, analytics.rollup_menu,
    analytics.rollup_feedback_hours, analytics.rollup_feedback_days, analytics.rollup_cash_hours;

ALTER TABLE analytics.rollup_invalidations
    DROP CONSTRAINT rollup_invalidations_rollup_known,
    ADD CONSTRAINT rollup_invalidations_rollup_known CHECK (rollup IN ('sales', 'menu', 'feedback', 'movements'));
COMMENT ON COLUMN analytics.rollup_invalidations.rollup IS 'sales, menu, feedback or movements.';

CREATE TABLE analytics.rollup_movement_hours (
    hour          timestamptz NOT NULL,
    location_code text,
    business_date date        NOT NULL,
    method        text,
    payments      bigint      NOT NULL,
    captured      numeric     NOT NULL,
    tips          numeric     NOT NULL,
    refunds       bigint      NOT NULL,
    refunded      numeric     NOT NULL,
    CONSTRAINT rollup_movement_hours_once UNIQUE NULLS NOT DISTINCT (hour, location_code, business_date, method)
) WITH (fillfactor = 70);
COMMENT ON TABLE analytics.rollup_movement_hours IS
    'Sums of cash_movements by hour, restaurant, business day and method.';
COMMENT ON COLUMN analytics.rollup_movement_hours.hour IS
    'The instant at which the hour of the movement began. Hours begin as in UTC.';
COMMENT ON COLUMN analytics.rollup_movement_hours.location_code IS 'The restaurant; null while it is unknown.';
COMMENT ON COLUMN analytics.rollup_movement_hours.business_date IS 'The business day of the movement.';
COMMENT ON COLUMN analytics.rollup_movement_hours.method IS 'The tender; null while it is unknown.';
COMMENT ON COLUMN analytics.rollup_movement_hours.payments IS 'Number of payments.';
COMMENT ON COLUMN analytics.rollup_movement_hours.captured IS 'Their amounts, tips included.';
COMMENT ON COLUMN analytics.rollup_movement_hours.tips IS 'Their tips.';
COMMENT ON COLUMN analytics.rollup_movement_hours.refunds IS 'Number of refunds.';
COMMENT ON COLUMN analytics.rollup_movement_hours.refunded IS 'Their amounts.';

CREATE TABLE analytics.rollup_movement_days (
    business_date date    NOT NULL,
    location_code text,
    method        text,
    payments      bigint  NOT NULL,
    captured      numeric NOT NULL,
    tips          numeric NOT NULL,
    refunds       bigint  NOT NULL,
    refunded      numeric NOT NULL,
    CONSTRAINT rollup_movement_days_once UNIQUE NULLS NOT DISTINCT (business_date, location_code, method)
) WITH (fillfactor = 70);
COMMENT ON TABLE analytics.rollup_movement_days IS 'The same by business day: the sums of rollup_movement_hours.';
COMMENT ON COLUMN analytics.rollup_movement_days.business_date IS 'The business day of the movement.';
COMMENT ON COLUMN analytics.rollup_movement_days.location_code IS 'The restaurant; null while it is unknown.';
COMMENT ON COLUMN analytics.rollup_movement_days.method IS 'The tender; null while it is unknown.';
COMMENT ON COLUMN analytics.rollup_movement_days.payments IS 'Number of payments.';
COMMENT ON COLUMN analytics.rollup_movement_days.captured IS 'Their amounts, tips included.';
COMMENT ON COLUMN analytics.rollup_movement_days.tips IS 'Their tips.';
COMMENT ON COLUMN analytics.rollup_movement_days.refunds IS 'Number of refunds.';
COMMENT ON COLUMN analytics.rollup_movement_days.refunded IS 'Their amounts.';

-- The time and the payment of a refund, for the movements; refunds are few. Payments have an index on event_ts already.
CREATE INDEX refunds_refunded_ts ON analytics.refunds (refunded_ts);
CREATE INDEX refunds_payment_id ON analytics.refunds (payment_id);
