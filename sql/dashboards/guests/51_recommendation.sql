-- title: Would recommend, by day
-- chart: line
-- unit: percent
-- x: day
-- y: promoter_rate, detractor_rate
-- formats: avg_nps rating
-- day: analytics.satisfaction_summary.day
-- description: Percentage of promoters (9 or 10) and detractors (0 to 6) among the answers, in the 30 days (UTC) up
--   to the newest feedback, or on the chosen days. A day without an answer has no point.
SELECT
    day,
    promoter_rate,
    detractor_rate,
    avg_nps,
    nps_count
FROM analytics.satisfaction_summary
WHERE (
    day > (SELECT max(day) FROM analytics.satisfaction_summary) - 30
    -- A chosen day replaces this time span.
    [[OR true) AND ({{day}}]]
)
ORDER BY day;
