CREATE OR REPLACE VIEW analytics.satisfaction_summary AS
WITH parts AS (
    SELECT day, feedback_count, ratings, satisfied, nps_count, nps_sum, promoters, detractors
    FROM analytics.rollup_feedback_days
    UNION ALL
    SELECT (hour AT TIME ZONE 'UTC')::date, feedback_count, ratings, satisfied, nps_count, nps_sum, promoters, detractors
    FROM analytics.rollup_delta_feedback()
)
SELECT
    day,
    sum(feedback_count)::bigint AS feedback_count,
    round(sum(ratings) / sum(feedback_count), 2) AS avg_rating,
    round(sum(nps_sum) / nullif(sum(nps_count), 0), 2) AS avg_nps,
    round(100.0 * sum(satisfied) / sum(feedback_count), 1) AS satisfaction_rate,
    round(100.0 * sum(promoters) / nullif(sum(nps_count), 0), 1) AS promoter_rate,
    round(100.0 * sum(detractors) / nullif(sum(nps_count), 0), 1) AS detractor_rate,
    sum(nps_count)::bigint AS nps_count
FROM parts
GROUP BY day
HAVING sum(feedback_count) > 0;

COMMENT ON VIEW analytics.satisfaction_summary IS
    'Feedback by day. Rates are percentages from 0 to 100. Feedback without an answer to the NPS question counts in none of the NPS columns.';
COMMENT ON COLUMN analytics.satisfaction_summary.day IS 'The day of created_ts in UTC, in every session.';
COMMENT ON COLUMN analytics.satisfaction_summary.feedback_count IS 'Number of feedbacks.';
COMMENT ON COLUMN analytics.satisfaction_summary.avg_rating IS 'Mean stars, 1 to 5.';
COMMENT ON COLUMN analytics.satisfaction_summary.avg_nps IS 'Mean NPS answer, 0 to 10; null when there is none.';
COMMENT ON COLUMN analytics.satisfaction_summary.satisfaction_rate IS 'Percentage with 4 or 5 stars.';
COMMENT ON COLUMN analytics.satisfaction_summary.promoter_rate IS 'Percentage of NPS answers that are 9 or 10; null when there are none.';
COMMENT ON COLUMN analytics.satisfaction_summary.detractor_rate IS 'Percentage of NPS answers from 0 to 6; null when there are none. The score is promoter_rate - detractor_rate.';
COMMENT ON COLUMN analytics.satisfaction_summary.nps_count IS 'Number of NPS answers.';
