-- title: Health
-- chart: table
-- description: The status of each component of the warehouse, and what to do when it is not ok.
SELECT
    component,
    status,
    details ->> 'reason' AS reason,
    details ->> 'remedy' AS remedy,
    (details - 'reason' - 'remedy')::text AS figures
FROM analytics.health_check();
