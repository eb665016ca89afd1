CREATE OR REPLACE VIEW analytics.satisfaction_summary AS
SELECT
    (created_ts AT TIME ZONE 'UTC')::date AS day,
    count(*) AS feedback_count,
    round(avg(rating), 2) AS avg_rating,
    round(avg(nps), 2) AS avg_nps,
    round(100.0 * count(*) FILTER (WHERE rating >= 4) / count(*), 1) AS satisfaction_rate,
    round(100.0 * count(*) FILTER (WHERE nps >= 9) / nullif(count(nps), 0), 1) AS promoter_rate,
    round(100.0 * count(*) FILTER (WHERE nps <= 6) / nullif(count(nps), 0), 1) AS detractor_rate,
    count(nps) AS nps_count
FROM analytics.feedback
GROUP BY (created_ts AT TIME ZONE 'UTC')::date;

COMMENT ON VIEW analytics.satisfaction_summary IS
    'Feedback by day. Rates are percentages from 0 to 100. A guest who was not asked for the NPS counts in none of its columns.';
COMMENT ON COLUMN analytics.satisfaction_summary.day IS 'The day of created_ts in UTC, whatever the session''s time zone.';
COMMENT ON COLUMN analytics.satisfaction_summary.feedback_count IS 'How many guests spoke.';
COMMENT ON COLUMN analytics.satisfaction_summary.avg_rating IS 'Mean stars, 1 to 5.';
COMMENT ON COLUMN analytics.satisfaction_summary.avg_nps IS 'Mean NPS answer, 0 to 10; null when nobody gave one.';
COMMENT ON COLUMN analytics.satisfaction_summary.satisfaction_rate IS 'Percentage with 4 or 5 stars.';
COMMENT ON COLUMN analytics.satisfaction_summary.promoter_rate IS 'Percentage of NPS answers that are 9 or 10; null when there are none.';
COMMENT ON COLUMN analytics.satisfaction_summary.detractor_rate IS 'Percentage of NPS answers from 0 to 6; null when there are none. The score is promoter_rate - detractor_rate.';
COMMENT ON COLUMN analytics.satisfaction_summary.nps_count IS 'How many gave an NPS answer.';
