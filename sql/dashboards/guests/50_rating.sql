-- title: Guests' rating by day
-- chart: line
-- unit: rating
-- x: day
-- y: avg_rating
-- formats: satisfaction_rate percent
-- day: analytics.satisfaction_summary.day
-- description: Mean stars, 1 to 5, in the 30 days (UTC) up to the newest feedback, or on the chosen days.
SELECT
    day,
    avg_rating,
    satisfaction_rate,
    feedback_count
FROM analytics.satisfaction_summary
WHERE (
    day > (SELECT max(day) FROM analytics.satisfaction_summary) - 30
    -- A chosen day replaces this time span.
    [[OR true) AND ({{day}}]]
)
ORDER BY day;
