-- title: Guests' rating by day
-- chart: line
-- unit: rating
-- x: day
-- y: avg_rating
-- description: Mean stars, 1 to 5, in the 30 days (UTC) up to the newest feedback.
SELECT
    day,
    avg_rating,
    satisfaction_rate,
    feedback_count
FROM analytics.satisfaction_summary
WHERE day > (SELECT max(day) FROM analytics.satisfaction_summary) - 30
ORDER BY day;
