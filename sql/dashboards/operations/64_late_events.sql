-- title: Late events, last 24 hours
-- chart: scalar
-- unit: count
-- y: late_events
-- restaurant: analytics.late_events.location_code
-- description: Events of the last 24 hours that came after their minute was final, and the windows that they changed.
SELECT
    count(*) AS late_events,
    count(DISTINCT (window_start, location_code)) AS restated_windows,
    count(DISTINCT location_code) AS restaurants,
    round(extract(epoch FROM max(late_by)) / 60, 1) AS worst_minutes
FROM analytics.late_events
WHERE known_at > now() - interval '24 hours'
    AND known_at <= now()
    [[AND {{restaurant}}]];
