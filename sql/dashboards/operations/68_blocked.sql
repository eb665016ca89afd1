-- title: Blocked by data quality
-- chart: table
-- description: The restaurants and business days that a critical rule keeps from being published, since when, and what to do.
--   A row without restaurant and day blocks everything. Other figures are published; the views are exact for all.
SELECT
    rule,
    l.name AS restaurant,
    data_quality_blocking.location_code,
    business_date,
    failed,
    failing_since,
    owner,
    remedy
FROM analytics.data_quality_blocking
LEFT JOIN analytics.locations AS l ON l.location_code = data_quality_blocking.location_code
ORDER BY failing_since, rule, data_quality_blocking.location_code, business_date;
