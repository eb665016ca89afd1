CREATE OR REPLACE VIEW analytics.peak_hours AS
WITH back AS (
    -- From the newest order on, and not from now on, so that an old history has peak hours too.
    SELECT date_trunc('hour', analytics.newest_moment(), 'UTC')
        - analytics.threshold('peak_hours_days') * interval '1 day' AS since
), parts AS (
    SELECT r.hour, r.location_code, r.business_date, r.order_count, r.paid_orders, r.total, r.currency
    FROM analytics.rollup_sales_hours AS r
    -- The second condition is always true. With both ends the planner expects a small range and uses the index.
    WHERE r.hour > (SELECT since FROM back) AND r.hour < 'infinity'
    UNION ALL
    SELECT c.hour, c.location_code, c.business_date, c.order_count, c.paid_orders, c.total, c.currency
    FROM analytics.rollup_diff_sales() AS c
    WHERE c.hour > (SELECT since FROM back)
), hours AS (
    SELECT p.location_code, extract(isodow FROM p.business_date)::integer AS weekday,
        extract(hour FROM p.hour AT TIME ZONE coalesce(l.time_zone, 'UTC'))::integer AS hour_of_day,
        p.business_date, sum(p.order_count) AS orders, sum(p.paid_orders) AS paid, sum(p.total) AS total,
        p.currency
    FROM parts AS p
    LEFT JOIN analytics.locations AS l ON l.location_code = p.location_code
    GROUP BY 1, 2, 3, 4, p.currency
    HAVING sum(p.order_count) > 0
), weekdays AS (
    SELECT location_code, weekday, currency, count(DISTINCT business_date) AS days
    FROM hours
    GROUP BY location_code, weekday, currency
)
SELECT
    h.location_code,
    h.weekday,
    h.hour_of_day,
    w.days,
    round(sum(h.orders) / w.days, 2) AS orders_per_day,
    CASE WHEN sum(h.paid) > 0 THEN round(sum(h.total) / w.days, analytics.decimals(h.currency)) END AS revenue_per_day,
    rank() OVER (PARTITION BY h.location_code, h.currency ORDER BY sum(h.orders) / w.days DESC) AS busy_rank,
    h.currency
FROM hours AS h
JOIN weekdays AS w ON w.location_code = h.location_code AND w.weekday = h.weekday AND w.currency = h.currency
GROUP BY h.location_code, h.weekday, h.hour_of_day, h.currency, w.days;

COMMENT ON VIEW analytics.peak_hours IS
    'The busy hours of each restaurant in a usual week, from peak_hours_days (analytics.thresholds) before the newest order on (newest_moment()).';
COMMENT ON COLUMN analytics.peak_hours.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.peak_hours.weekday IS 'The weekday of the business day: 1 is Monday, 7 is Sunday.';
COMMENT ON COLUMN analytics.peak_hours.hour_of_day IS
    '0 to 23, in the time zone of the restaurant. Hours begin as in UTC: in a time zone with half an hour, 12 begins at 12:30.';
COMMENT ON COLUMN analytics.peak_hours.days IS
    'The number of business days of this weekday on which the restaurant had orders.';
COMMENT ON COLUMN analytics.peak_hours.orders_per_day IS
    'Mean number of orders in this hour over these days, without cancelled ones.';
COMMENT ON COLUMN analytics.peak_hours.revenue_per_day IS
    'Mean total of these orders, tax and tip included; null while none is paid.';
COMMENT ON COLUMN analytics.peak_hours.busy_rank IS '1 is the busiest hour of the restaurant''s week.';
COMMENT ON COLUMN analytics.peak_hours.currency IS 'The currency of its amounts, as in daily_sales.';
