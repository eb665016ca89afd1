-- title: Would recommend, by day
-- chart: line
-- unit: percent
-- x: day
-- y: promoter_rate, detractor_rate
-- description: Percentage of promoters (9 or 10) and detractors (0 to 6) among the answers, in the 30 days (UTC) up to the
--   newest feedback. A day without an answer has no point.
SELECT
    day,
    promoter_rate,
    detractor_rate,
    avg_nps,
    nps_count
FROM analytics.satisfaction_summary
WHERE day > (SELECT max(day) FROM analytics.satisfaction_summary) - 30
ORDER BY day;
