CREATE OR REPLACE VIEW analytics.data_quality_blocking AS
SELECT r.rule, r.owner, r.run_at, r.window_since, r.window_until, r.checked, r.failed, r.sample, r.remedy
FROM analytics.data_quality_results AS r
WHERE r.severity = 'critical'
    AND r.status = 'failed'
    AND r.accepted_at IS NULL
    AND NOT EXISTS (
        SELECT FROM analytics.data_quality_results AS newer
        WHERE newer.rule = r.rule AND newer.result_id > r.result_id);

COMMENT ON VIEW analytics.data_quality_blocking IS
    'Why the rollups are not refreshed: critical rules whose latest result is a failure that no person has accepted. Empty when the rollups may be refreshed.';
COMMENT ON COLUMN analytics.data_quality_blocking.rule IS 'The rule.';
COMMENT ON COLUMN analytics.data_quality_blocking.owner IS 'Who looks into it.';
COMMENT ON COLUMN analytics.data_quality_blocking.run_at IS 'When it last ran.';
COMMENT ON COLUMN analytics.data_quality_blocking.window_since IS 'The rule checked what arrived from this instant on.';
COMMENT ON COLUMN analytics.data_quality_blocking.window_until IS 'The rule checked what arrived before this instant.';
COMMENT ON COLUMN analytics.data_quality_blocking.checked IS 'How many rows it checked.';
COMMENT ON COLUMN analytics.data_quality_blocking.failed IS 'How many of them failed.';
COMMENT ON COLUMN analytics.data_quality_blocking.sample IS 'Some of the rows that failed.';
COMMENT ON COLUMN analytics.data_quality_blocking.remedy IS 'What to do.';
