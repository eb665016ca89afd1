-- The statement of raw_needs.py. {partition} is a partition of events_raw.

-- name: needs_checks
-- Whether the month has an event that a rule of data quality has not checked yet, or checks again until it is corrected. A
-- rule that has not run for a day does not count, unless it checks again.
SELECT EXISTS (
    SELECT FROM {partition}
    WHERE ingested_at >= (
        SELECT min(CASE WHEN last.checks_again THEN last.window_since ELSE least(last.window_until, now()) END)
        FROM (
            SELECT DISTINCT ON (r.rule) r.run_at, r.window_since, r.window_until,
                r.status = 'failed' AND r.severity = 'critical' AND r.accepted_at IS NULL AS checks_again
            FROM analytics.data_quality_results AS r
            ORDER BY r.rule, r.result_id DESC
        ) AS last
        WHERE last.checks_again OR last.run_at > now() - interval '1 day'
    )
)
