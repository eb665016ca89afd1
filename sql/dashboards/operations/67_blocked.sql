-- title: Blocked by data quality
-- chart: table
-- description: The restaurants and business days that a critical rule keeps from being published, since when, and what to do.
--   A row without restaurant and day blocks everything. Other figures are published; the views are exact for all.
SELECT
    rule,
    location_code,
    business_date,
    failed,
    failing_since,
    owner,
    remedy
FROM analytics.data_quality_blocking
ORDER BY failing_since, rule, location_code, business_date;
