-- What a failure of a critical rule concerns. A failed result without a row here is of the version before, which did not
-- know the restaurant: it blocks everything, until the rule has run again or a person accepts it.

CREATE TABLE analytics.data_quality_failures (
    result_id     bigint      NOT NULL,
    location_code text,
    business_date date,
    failed        bigint      NOT NULL,
    sample        jsonb       NOT NULL,
    failed_rows   uuid        NOT NULL,
    failing_since timestamptz NOT NULL,
    window_since  timestamptz NOT NULL,
    accepted_at   timestamptz,
    CONSTRAINT data_quality_failures_once UNIQUE NULLS NOT DISTINCT (result_id, location_code, business_date),
    CONSTRAINT data_quality_failures_of_result FOREIGN KEY (result_id)
        REFERENCES analytics.data_quality_results (result_id) ON DELETE CASCADE,
    CONSTRAINT data_quality_failures_has_rows CHECK (failed > 0 AND sample <> '[]')
);
COMMENT ON TABLE analytics.data_quality_failures IS
    'What the failed rows of a critical rule concern: one row per result, restaurant and business day. The rows of the latest result of a rule block publication, except accepted ones.';
COMMENT ON COLUMN analytics.data_quality_failures.result_id IS 'The result: see data_quality_results.';
COMMENT ON COLUMN analytics.data_quality_failures.location_code IS
    'The restaurant: that of the order, or else the one that the event names. Null when neither is known.';
COMMENT ON COLUMN analytics.data_quality_failures.business_date IS
    'The business day of the order, or else of the event. Null when the rule does not say when its rows happened.';
COMMENT ON COLUMN analytics.data_quality_failures.failed IS 'How many rows failed for them.';
COMMENT ON COLUMN analytics.data_quality_failures.sample IS 'Some of these rows.';
COMMENT ON COLUMN analytics.data_quality_failures.failed_rows IS
    'A checksum of all these rows. An acceptance is valid while exactly the same rows fail.';
COMMENT ON COLUMN analytics.data_quality_failures.failing_since IS
    'When the rule first failed for them, without a run since in which it passed.';
COMMENT ON COLUMN analytics.data_quality_failures.window_since IS
    'Until the rows are corrected or accepted, the rule checks again what arrived from this instant on.';
COMMENT ON COLUMN analytics.data_quality_failures.accepted_at IS
    'When a person accepted the failure; who did and why is in audit_log.';

CREATE TABLE analytics.rollup_held_hours (
    rollup        text        NOT NULL,
    hour          timestamptz NOT NULL,
    location_code text,
    CONSTRAINT rollup_held_hours_once UNIQUE NULLS NOT DISTINCT (rollup, location_code, hour),
    CONSTRAINT rollup_held_hours_rollup_known CHECK (rollup IN ('sales', 'menu', 'feedback', 'movements')),
    CONSTRAINT rollup_held_hours_location_of_sales CHECK ((location_code IS NULL) = (rollup <> 'sales'))
);
COMMENT ON TABLE analytics.rollup_held_hours IS
    'Hours that the last refresh did not sum, because data_quality_blocking has the restaurant and business day of an order in them. The rollups keep what was last published for them, and their invalidations stay until a refresh sums them.';
COMMENT ON COLUMN analytics.rollup_held_hours.rollup IS 'sales (with payments and cash), menu, feedback or movements.';
COMMENT ON COLUMN analytics.rollup_held_hours.hour IS 'The instant at which the hour began.';
COMMENT ON COLUMN analytics.rollup_held_hours.location_code IS
    'The restaurant; null except for sales, because an hour of the other rollups is held for all restaurants.';

COMMENT ON COLUMN analytics.data_quality_results.severity IS
    'critical: a failure blocks the restaurants and business days that it concerns (data_quality_failures); warning: it is reported.';
COMMENT ON COLUMN analytics.data_quality_results.accepted_at IS
    'When a person accepted the last open failure of this result; who did and why is in audit_log.';

INSERT INTO analytics.thresholds (name, value, unit, meaning) VALUES
    ('rounding_legal', 0.05, 'currency units', 'A payment may differ from its bill by this much through rounding: it is no failure. Cash is rounded by 2 cents in Canada and Australia, by 5 in New Zealand.'),
    ('rounding_most', 0.50, 'currency units', 'A payment that differs from its bill by more than this is impossible as rounding: a critical failure. Cash is rounded by half a crown in the Nordic countries. Raise it for a currency without decimals.'),
    ('unstated_tip_most', 0.5, 'of the bill', 'A payment may be greater than its bill by this share, as a tip that the bill does not state: a warning. More is a critical failure, except in cash, for which change is given.');

-- A rule has another name. Its results go on under it.
UPDATE analytics.data_quality_results SET rule = 'events_are_reported_once' WHERE rule = 'events_are_told_once';
