CREATE OR REPLACE FUNCTION analytics.expected_today(at timestamptz DEFAULT clock_timestamp())
RETURNS TABLE (revenue numeric, projected numeric, currency text)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
ROWS 1
AS $$
BEGIN
    RETURN QUERY
    WITH hours AS (
        -- Today and the same weekday of the four weeks before, in any time zone.
        SELECT r.hour, r.location_code, r.business_date, r.order_count, r.total, r.currency
        FROM generate_series(0, 4) AS week
        CROSS JOIN LATERAL (
            SELECT *
            FROM analytics.rollup_sales_hours AS r
            WHERE r.hour > at - week * interval '7 days' - interval '28 hours'
                AND r.hour < at - week * interval '7 days' + interval '28 hours'
        ) AS r
        UNION ALL
        SELECT c.hour, c.location_code, c.business_date, c.order_count, c.total, c.currency
        FROM analytics.rollup_diff_sales() AS c
    ), placed AS (
        SELECT h.*, t.today - h.business_date AS days_ago,
            -- The same hour in the time zone of the restaurant, moved to today.
            ((h.hour AT TIME ZONE t.zone) + (t.today - h.business_date) * interval '1 day') AT TIME ZONE t.zone AS hour_now
        FROM hours AS h
        LEFT JOIN analytics.locations AS l ON l.location_code = h.location_code
        CROSS JOIN LATERAL (
            SELECT coalesce(l.time_zone, 'UTC') AS zone,
                ((at AT TIME ZONE coalesce(l.time_zone, 'UTC')) - coalesce(l.close_out, '00:00')::interval)::date AS today
        ) AS t
    ), days AS (
        SELECT p.location_code, p.currency, p.days_ago, sum(p.total) AS total,
            sum(p.total * least(1, greatest(0, extract(epoch FROM p.hour_now + interval '1 hour' - at) / 3600))) AS still_to_come
        FROM placed AS p
        WHERE p.days_ago IN (0, 7, 14, 21, 28)
        GROUP BY p.location_code, p.currency, p.days_ago
        HAVING sum(p.order_count) > 0
    ), usual AS (
        SELECT d.location_code, d.currency, avg(d.still_to_come) AS rest
        FROM days AS d
        WHERE d.days_ago > 0
        GROUP BY d.location_code, d.currency
    ), sums AS (
        SELECT c.currency,
            (SELECT sum(d.total) FROM days AS d WHERE d.days_ago = 0 AND d.currency = c.currency) AS so_far,
            (SELECT sum(u.rest) FROM usual AS u WHERE u.currency = c.currency) AS rest
        FROM (SELECT DISTINCT d.currency FROM days AS d) AS c
    )
    SELECT s.so_far, round(coalesce(s.so_far, 0) + s.rest, analytics.decimals(s.currency)), s.currency FROM sums AS s;
END
$$;

COMMENT ON FUNCTION analytics.expected_today(timestamptz) IS
    'The revenue of the business day of an instant so far, and its projection: plus what each restaurant took after this time of day on the same weekday, as the mean of those of the last four weeks in which it sold on that day. Null where nothing is known. For live_metrics.';
