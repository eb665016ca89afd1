-- What the rules of sql/quality found, run by run. A rule reads what arrived since it last ran: each result says how far
-- it got, and the next one begins there.

CREATE TABLE analytics.data_quality_results (
    result_id    bigint GENERATED ALWAYS AS IDENTITY,
    run_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    rule         text        NOT NULL,
    dimension    text        NOT NULL,
    severity     text        NOT NULL,
    owner        text        NOT NULL,
    window_since timestamptz NOT NULL,
    window_until timestamptz NOT NULL,
    checked      bigint      NOT NULL,
    failed       bigint      NOT NULL,
    status       text        NOT NULL,
    sample       jsonb       NOT NULL DEFAULT '[]',
    remedy       text,
    accepted_at  timestamptz,
    CONSTRAINT data_quality_results_pkey PRIMARY KEY (result_id),
    CONSTRAINT data_quality_results_dimension_known CHECK (dimension IN ('completeness', 'integrity', 'enumeration',
        'timestamps', 'uniqueness', 'reconciliation', 'freshness', 'volume')),
    CONSTRAINT data_quality_results_severity_known CHECK (severity IN ('critical', 'warning')),
    CONSTRAINT data_quality_results_status_known CHECK (status IN ('passed', 'failed')),
    CONSTRAINT data_quality_results_window_in_order CHECK (window_since <= window_until),
    CONSTRAINT data_quality_results_counts_in_order CHECK (0 <= failed AND failed <= checked),
    CONSTRAINT data_quality_results_failed_shows_rows CHECK (status = 'passed' OR sample <> '[]'),
    CONSTRAINT data_quality_results_only_failures_accepted CHECK (accepted_at IS NULL OR status = 'failed')
);
CREATE INDEX data_quality_results_rule ON analytics.data_quality_results (rule, result_id);
CREATE INDEX data_quality_results_critical ON analytics.data_quality_results (result_id)
    WHERE severity = 'critical' AND status = 'failed' AND accepted_at IS NULL;
COMMENT ON TABLE analytics.data_quality_results IS
    'What each rule of sql/quality found, one row a run. The windows of a rule adjoin: what arrived is looked at once, and again only after it failed a critical rule.';
COMMENT ON COLUMN analytics.data_quality_results.result_id IS 'Surrogate key; grows with time.';
COMMENT ON COLUMN analytics.data_quality_results.run_at IS 'When the rule ran.';
COMMENT ON COLUMN analytics.data_quality_results.rule IS 'The rule: the name of its file in sql/quality.';
COMMENT ON COLUMN analytics.data_quality_results.dimension IS 'What kind of quality it is about, e.g. completeness.';
COMMENT ON COLUMN analytics.data_quality_results.severity IS 'critical: a failure stops the rollups from being refreshed; warning: people are told.';
COMMENT ON COLUMN analytics.data_quality_results.owner IS 'Who looks into a failure.';
COMMENT ON COLUMN analytics.data_quality_results.window_since IS 'The rule looked at what arrived from this instant on,';
COMMENT ON COLUMN analytics.data_quality_results.window_until IS 'and before this one, at which the next window begins.';
COMMENT ON COLUMN analytics.data_quality_results.checked IS 'How many rows it looked at.';
COMMENT ON COLUMN analytics.data_quality_results.failed IS 'How many of them failed.';
COMMENT ON COLUMN analytics.data_quality_results.status IS 'failed when more failed than the rule tolerates, else passed.';
COMMENT ON COLUMN analytics.data_quality_results.sample IS 'Some of the rows that failed: their keys and the evidence, and nothing from the raw layer that an analyst may not read.';
COMMENT ON COLUMN analytics.data_quality_results.remedy IS 'What to do; null where nothing has to be done.';
COMMENT ON COLUMN analytics.data_quality_results.accepted_at IS 'When a person decided to live with the failure; who and why is in audit_log.';

INSERT INTO analytics.thresholds (name, value, unit, meaning) VALUES
    ('future_events_grace', 300, 'seconds', 'An event may be this far ahead of its arrival before quality rules call it one of the future.'),
    ('clock_skew', 60, 'seconds', 'The clocks of a restaurant''s devices may differ by this much.'),
    ('volume_grace', 3600, 'seconds', 'An hour or a day is compared with those of earlier weeks this long after it ended.'),
    ('volume_least', 10, 'orders', 'Hours and days that usually have fewer orders than this are not compared.'),
    ('volume_low', 0.5, 'of the usual', 'Fewer orders than this share of the median of the last four same weekdays: fail.'),
    ('volume_high', 3, 'times the usual', 'More orders than this many times that median: fail.');
COMMENT ON TABLE analytics.thresholds IS
    'Where health_check(), validate_data_consistency() and the rules of sql/quality draw the line. Change a value with UPDATE, as restaurant_user.';
