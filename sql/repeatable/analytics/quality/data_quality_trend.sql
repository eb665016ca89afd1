CREATE OR REPLACE VIEW analytics.data_quality_trend AS
SELECT
    (r.run_at AT TIME ZONE 'UTC')::date AS day,
    r.rule,
    (array_agg(r.dimension ORDER BY r.result_id DESC))[1] AS dimension,
    (array_agg(r.severity ORDER BY r.result_id DESC))[1] AS severity,
    (array_agg(r.owner ORDER BY r.result_id DESC))[1] AS owner,
    count(*) AS runs,
    count(*) FILTER (WHERE r.status = 'failed') AS failed_runs,
    count(*) FILTER (WHERE r.accepted_at IS NOT NULL) AS accepted_runs,
    sum(r.checked)::bigint AS checked,
    sum(r.failed)::bigint AS failed,
    round(100.0 * (1 - sum(r.failed) / nullif(sum(r.checked), 0)), 2) AS passed_percent,
    (array_agg(r.status ORDER BY r.result_id DESC))[1] AS last_status
FROM analytics.data_quality_results AS r
GROUP BY (r.run_at AT TIME ZONE 'UTC')::date, r.rule;

COMMENT ON VIEW analytics.data_quality_trend IS
    'Results of the quality rules by day and rule. A critical rule that fails reads its window again in each run until it passes, so its rows count in each of these runs.';
COMMENT ON COLUMN analytics.data_quality_trend.day IS 'The day (UTC) on which the rule ran.';
COMMENT ON COLUMN analytics.data_quality_trend.rule IS 'The rule.';
COMMENT ON COLUMN analytics.data_quality_trend.dimension IS 'The kind of quality, e.g. completeness.';
COMMENT ON COLUMN analytics.data_quality_trend.severity IS 'critical or warning.';
COMMENT ON COLUMN analytics.data_quality_trend.owner IS 'Who looks into a failure.';
COMMENT ON COLUMN analytics.data_quality_trend.runs IS 'How often it ran.';
COMMENT ON COLUMN analytics.data_quality_trend.failed_runs IS 'How often it failed.';
COMMENT ON COLUMN analytics.data_quality_trend.accepted_runs IS 'How many of these failures a person accepted.';
COMMENT ON COLUMN analytics.data_quality_trend.checked IS 'Rows that it checked.';
COMMENT ON COLUMN analytics.data_quality_trend.failed IS 'Rows that failed, tolerated ones included.';
COMMENT ON COLUMN analytics.data_quality_trend.passed_percent IS
    'The share of rows that did not fail; null when there were none to check.';
COMMENT ON COLUMN analytics.data_quality_trend.last_status IS
    'The result of the last run of the day: passed or failed.';
