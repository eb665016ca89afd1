-- title: Failing rules of data quality
-- chart: table
-- formats: failed_share percent
-- description: Each rule whose newest run has failed and was not accepted, and what to do. A critical one blocks days.
SELECT
    rule,
    severity,
    dimension,
    failed,
    checked,
    round(100.0 * failed / nullif(checked, 0), 2) AS failed_share,
    run_at,
    owner,
    remedy
FROM (
    SELECT DISTINCT ON (rule) rule, severity, dimension, failed, checked, run_at, owner, remedy, status, accepted_at
    FROM analytics.data_quality_results
    ORDER BY rule, result_id DESC
) AS newest
WHERE status = 'failed' AND accepted_at IS NULL
ORDER BY severity, rule;
