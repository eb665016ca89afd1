CREATE OR REPLACE VIEW analytics.peak_hours AS
WITH back AS (
    -- From the newest order, not from now: an old history has its peaks too.
    SELECT date_trunc('hour', max(order_ts), 'UTC') - analytics.threshold('peak_hours_days') * interval '1 day' AS since
    FROM analytics.orders
), parts AS (
    SELECT r.hour, r.location_code, r.business_date, r.order_count, r.paid_orders, r.total
    FROM analytics.rollup_sales_hours AS r
    -- The second says nothing, but of two ends the planner thinks of a range and takes the index.
    WHERE r.hour > (SELECT since FROM back) AND r.hour < 'infinity'
    UNION ALL
    SELECT c.hour, c.location_code, c.business_date, c.order_count, c.paid_orders, c.total
    FROM analytics.rollup_delta_sales() AS c
    WHERE c.hour > (SELECT since FROM back)
), hours AS (
    SELECT p.location_code, extract(isodow FROM p.business_date)::integer AS weekday,
        extract(hour FROM p.hour AT TIME ZONE coalesce(l.time_zone, 'UTC'))::integer AS hour_of_day,
        p.business_date, sum(p.order_count) AS orders, sum(p.total) AS total
    FROM parts AS p
    LEFT JOIN analytics.locations AS l ON l.location_code = p.location_code
    GROUP BY 1, 2, 3, 4
    HAVING sum(p.order_count) > 0
), weekdays AS (
    SELECT location_code, weekday, count(DISTINCT business_date) AS days
    FROM hours
    GROUP BY location_code, weekday
)
SELECT
    h.location_code,
    h.weekday,
    h.hour_of_day,
    w.days,
    round(sum(h.orders) / w.days, 2) AS orders_per_day,
    round(sum(h.total) / w.days, 2) AS revenue_per_day,
    rank() OVER (PARTITION BY h.location_code ORDER BY sum(h.orders) / w.days DESC) AS busy_rank
FROM hours AS h
JOIN weekdays AS w ON w.location_code = h.location_code AND w.weekday = h.weekday
GROUP BY h.location_code, h.weekday, h.hour_of_day, w.days;

COMMENT ON VIEW analytics.peak_hours IS
    'When each restaurant is busy: a usual week, over the threshold peak_hours_days (analytics.thresholds) before the newest order.';
COMMENT ON COLUMN analytics.peak_hours.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.peak_hours.weekday IS 'Of the business day: 1 is Monday, 7 is Sunday.';
COMMENT ON COLUMN analytics.peak_hours.hour_of_day IS '0 to 23, by the clock of the restaurant. Hours are cut in UTC: with a zone of half hours, 12 is from 12:30.';
COMMENT ON COLUMN analytics.peak_hours.days IS 'Over how many such business days: those on which the restaurant sold anything.';
COMMENT ON COLUMN analytics.peak_hours.orders_per_day IS 'Orders in this hour on a mean such day, cancelled ones left out.';
COMMENT ON COLUMN analytics.peak_hours.revenue_per_day IS 'Their total, tax and tip included; 0 while none is paid.';
COMMENT ON COLUMN analytics.peak_hours.busy_rank IS '1 is the busiest hour of the restaurant''s week.';
