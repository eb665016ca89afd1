CREATE OR REPLACE VIEW analytics.sales_today AS
WITH clock AS MATERIALIZED (
    SELECT analytics.moment_of_today() AS now
), hours AS MATERIALIZED (
    -- Today and the same weekday last week, in any time zone.
    SELECT h.*
    FROM analytics.hourly_sales AS h
    WHERE (h.hour > (SELECT now FROM clock) - interval '28 hours' AND h.hour <= (SELECT now FROM clock))
        OR (h.hour > (SELECT now FROM clock) - interval '7 days 28 hours'
            AND h.hour <= (SELECT now FROM clock) - interval '7 days -2 hours')
), days AS (
    SELECT r.location_code, c.now, d.today, t.began, t.began_last_week, t.ended_last_week
    FROM clock AS c
    CROSS JOIN (SELECT DISTINCT location_code FROM hours) AS r
    LEFT JOIN analytics.locations AS l ON l.location_code = r.location_code
    CROSS JOIN LATERAL (
        SELECT coalesce(l.time_zone, 'UTC') AS zone, coalesce(l.close_out, '00:00') AS close_out,
            analytics.business_date(c.now, l.time_zone, l.close_out) AS today
    ) AS d
    CROSS JOIN LATERAL (
        SELECT (d.today + d.close_out) AT TIME ZONE d.zone AS began,
            (d.today - 7 + d.close_out) AT TIME ZONE d.zone AS began_last_week,
            (d.today - 6 + d.close_out) AT TIME ZONE d.zone AS ended_last_week
    ) AS t
), spans AS MATERIALIZED (
    SELECT location_code, today, 0 AS week, began AS since, now AS until FROM days
    UNION ALL
    -- As long after the beginning of the day as now.
    SELECT location_code, today, 1, began_last_week, least(began_last_week + (now - began), ended_last_week) FROM days
), parts AS (
    SELECT s.location_code, s.today, s.week, h.service_type, h.currency, h.order_count,
        h.order_count - h.unpaid_orders AS paid_orders, h.total, h.tip, h.net_sales, h.guests
    FROM spans AS s
    JOIN hours AS h ON h.location_code = s.location_code AND h.hour >= s.since
        AND (h.hour + interval '1 hour' <= s.until OR (s.week = 0 AND h.hour <= s.until))
    UNION ALL
    -- The hours of which only a part belongs to the span, order by order.
    SELECT s.location_code, s.today, s.week, o.service_type, o.currency, 1, (o.total IS NOT NULL)::integer, o.total,
        o.tip, o.net_sales, o.guest_count
    FROM spans AS s
    CROSS JOIN LATERAL (VALUES
        (s.since, date_trunc('hour', s.since + interval '1 hour', 'UTC'), date_trunc('hour', s.since, 'UTC') < s.since),
        (date_trunc('hour', s.until, 'UTC'), 'infinity', s.week = 1 AND date_trunc('hour', s.until, 'UTC') >= s.since)
    ) AS e (since, before, is_part)
    CROSS JOIN LATERAL (
        SELECT o.service_type, o.currency, o.total, o.tip, CASE WHEN b.priced_lines > 0 THEN b.net_sales END AS net_sales,
            o.guest_count
        FROM analytics.due_orders AS o
        CROSS JOIN LATERAL analytics.bill_of_order(o.order_id) AS b
        WHERE o.location_code = s.location_code AND o.business_ts >= e.since AND o.business_ts < e.before
            AND o.business_ts <= s.until AND o.status <> 'cancelled'
        OFFSET 0 -- by the index of restaurant and time, whatever number the planner expects
    ) AS o
    WHERE e.is_part
)
SELECT
    p.location_code,
    p.service_type,
    p.today AS day,
    coalesce(sum(p.order_count) FILTER (WHERE p.week = 0), 0)::bigint AS orders,
    coalesce(sum(p.order_count) FILTER (WHERE p.week = 1), 0)::bigint AS orders_last_week,
    coalesce(sum(p.paid_orders) FILTER (WHERE p.week = 0), 0)::bigint AS paid_orders,
    coalesce(sum(p.paid_orders) FILTER (WHERE p.week = 1), 0)::bigint AS paid_orders_last_week,
    sum(p.total) FILTER (WHERE p.week = 0) AS total,
    sum(p.total) FILTER (WHERE p.week = 1) AS total_last_week,
    sum(p.tip) FILTER (WHERE p.week = 0) AS tips,
    sum(p.tip) FILTER (WHERE p.week = 1) AS tips_last_week,
    sum(p.net_sales) FILTER (WHERE p.week = 0) AS net_sales,
    sum(p.net_sales) FILTER (WHERE p.week = 1) AS net_sales_last_week,
    sum(p.guests) FILTER (WHERE p.week = 0)::bigint AS guests,
    sum(p.guests) FILTER (WHERE p.week = 1)::bigint AS guests_last_week,
    p.currency
FROM parts AS p
GROUP BY p.location_code, p.service_type, p.today, p.currency
HAVING sum(p.order_count) > 0;

COMMENT ON VIEW analytics.sales_today IS
    'Sales of the business day that each restaurant has now, up to now, and those of the same weekday last week up to the same time after the beginning of the business day. Cancelled and unpaid orders count as in daily_sales. Of a history that ended more than a week ago, the day is its last one.';
COMMENT ON COLUMN analytics.sales_today.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.sales_today.service_type IS 'The service type: see analytics.orders.';
COMMENT ON COLUMN analytics.sales_today.day IS 'Its business day, by its time zone and close-out.';
COMMENT ON COLUMN analytics.sales_today.orders IS 'Orders that were not cancelled, paid or not.';
COMMENT ON COLUMN analytics.sales_today.orders_last_week IS 'The same of last week, like each column of this name.';
COMMENT ON COLUMN analytics.sales_today.paid_orders IS 'How many of them have a payment.';
COMMENT ON COLUMN analytics.sales_today.paid_orders_last_week IS 'The same of last week.';
COMMENT ON COLUMN analytics.sales_today.total IS
    'Tax and tip included, refunds not deducted, over the paid orders; null while none is paid.';
COMMENT ON COLUMN analytics.sales_today.total_last_week IS 'The same of last week.';
COMMENT ON COLUMN analytics.sales_today.tips IS 'Tips, over the paid orders; null while none is paid.';
COMMENT ON COLUMN analytics.sales_today.tips_last_week IS 'The same of last week.';
COMMENT ON COLUMN analytics.sales_today.net_sales IS
    'The lines at menu price less discounts, comps and included tax; null while no line of known price has come.';
COMMENT ON COLUMN analytics.sales_today.net_sales_last_week IS 'The same of last week.';
COMMENT ON COLUMN analytics.sales_today.guests IS 'Guests of the orders that state how many; null while none does.';
COMMENT ON COLUMN analytics.sales_today.guests_last_week IS 'The same of last week.';
COMMENT ON COLUMN analytics.sales_today.currency IS 'The currency of its amounts, as in daily_sales.';
