-- title: Health
-- chart: table
-- description: Every component of the warehouse with its status, and what to do about it when it is not ok.
SELECT
    component,
    status,
    details ->> 'reason' AS reason,
    details ->> 'remedy' AS remedy,
    (details - 'reason' - 'remedy')::text AS figures
FROM analytics.health_check();
