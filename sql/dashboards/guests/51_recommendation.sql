-- title: Net promoter score by day
-- chart: line
-- unit: count
-- x: day
-- y: score
-- formats: promoter_rate percent, detractor_rate percent, avg_nps rating
-- day: analytics.satisfaction_summary.day
-- description: The percentage of promoters (9 or 10) less that of detractors (0 to 6) among the answers, -100 to 100, in the
--   30 days (UTC) up to the newest feedback, or on the chosen days. A day without an answer has no point.
SELECT
    day,
    promoter_rate - detractor_rate AS score,
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
