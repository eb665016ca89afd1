CREATE OR REPLACE VIEW analytics.data_quality_blocking AS
SELECT
    r.rule,
    f.location_code,
    f.business_date,
    coalesce(f.failed, r.failed) AS failed,
    coalesce(f.failing_since, r.run_at) AS failing_since,
    r.remedy || format(' Then run restaurant_data_quality again. To publish it as it is, run as restaurant_user: '
        'SELECT analytics.accept_data_quality_failure(%L, ''your reason''%s)', r.rule,
        CASE WHEN f.location_code IS NOT NULL OR f.business_date IS NOT NULL
            THEN format(', %L, %L', f.location_code, f.business_date) ELSE '' END) AS remedy,
    r.owner,
    r.run_at,
    r.window_since,
    r.window_until,
    r.checked,
    coalesce(f.sample, r.sample) AS sample
FROM analytics.data_quality_results AS r
LEFT JOIN analytics.data_quality_failures AS f ON f.result_id = r.result_id
WHERE r.severity = 'critical'
    AND r.status = 'failed'
    AND r.accepted_at IS NULL
    AND f.accepted_at IS NULL
    AND NOT EXISTS (
        SELECT FROM analytics.data_quality_results AS newer
        WHERE newer.rule = r.rule AND newer.result_id > r.result_id);

COMMENT ON VIEW analytics.data_quality_blocking IS
    'What is not published, and why: the restaurants and business days for which the latest result of a critical rule is a failure that no person has accepted. Refreshes of the rollups leave their hours out; everything else is published. A row without restaurant and day blocks everything: the rule does not say what its rows concern, or the version before stored the result. A row with a day only blocks what belongs to no restaurant. Empty when nothing is blocked.';
COMMENT ON COLUMN analytics.data_quality_blocking.rule IS 'The rule.';
COMMENT ON COLUMN analytics.data_quality_blocking.location_code IS
    'The restaurant that is blocked. Null with a day: what belongs to no known restaurant. Null without a day: everything.';
COMMENT ON COLUMN analytics.data_quality_blocking.business_date IS
    'The business day that is blocked, as in daily_sales. Null with a restaurant: all its days.';
COMMENT ON COLUMN analytics.data_quality_blocking.failed IS 'How many rows failed for this restaurant and day.';
COMMENT ON COLUMN analytics.data_quality_blocking.failing_since IS 'Since when it is blocked by this rule.';
COMMENT ON COLUMN analytics.data_quality_blocking.remedy IS
    'What to do, with the statement that accepts this failure and no other.';
COMMENT ON COLUMN analytics.data_quality_blocking.owner IS 'Who looks into it.';
COMMENT ON COLUMN analytics.data_quality_blocking.run_at IS 'When the rule last ran.';
COMMENT ON COLUMN analytics.data_quality_blocking.window_since IS 'The rule checked what arrived from this instant on.';
COMMENT ON COLUMN analytics.data_quality_blocking.window_until IS 'The rule checked what arrived before this instant.';
COMMENT ON COLUMN analytics.data_quality_blocking.checked IS 'How many rows the rule checked, of all restaurants.';
COMMENT ON COLUMN analytics.data_quality_blocking.sample IS 'Some of the rows that failed.';
