-- dimension: volume
-- owner: restaurant-operations
-- description: A restaurant has about as many orders in an hour and in a day as the median of the last four same weekdays.
--   Hours and days are those of UTC. Each is checked once, an hour after its end.
-- remedy: Few orders: check whether the restaurant is open and its devices are online. Many: look for events sent twice.
-- grace: volume_grace
WITH bounds AS (
    -- At most the last two days, also in the first run and after a long pause.
    SELECT greatest(%(since)s, %(until)s::timestamptz - interval '2 days') AS since, %(until)s::timestamptz AS until
),
spans AS (
    SELECT 'hour' AS span, e.ended - interval '1 hour' AS began, e.ended
    FROM bounds AS b, generate_series(date_trunc('hour', b.since, 'UTC'), b.until, interval '1 hour') AS e (ended)
    WHERE e.ended >= b.since AND e.ended < b.until
    UNION ALL
    SELECT 'day', e.ended - interval '1 day', e.ended
    FROM bounds AS b, generate_series(date_trunc('day', b.since, 'UTC'), b.until, interval '1 day') AS e (ended)
    WHERE e.ended >= b.since AND e.ended < b.until
),
counted AS (
    SELECT s.span, s.began, s.ended, w.weeks, o.location_code, o.orders
    FROM spans AS s
    CROSS JOIN generate_series(0, 4) AS w (weeks)
    CROSS JOIN LATERAL (
        SELECT location_code, count(*) AS orders
        FROM analytics.due_orders
        WHERE business_ts >= s.began - w.weeks * interval '7 days' AND business_ts < s.ended - w.weeks * interval '7 days'
        GROUP BY location_code
    ) AS o
),
compared AS (
    SELECT
        c.location_code,
        c.span,
        c.began,
        coalesce(max(c.orders) FILTER (WHERE c.weeks = 0), 0) AS orders,
        -- A weekday without a row had no orders.
        (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY u.orders)
         FROM (SELECT unnest(array_agg(c.orders) FILTER (WHERE c.weeks > 0)
            || array_fill(0::bigint, ARRAY[4 - count(*) FILTER (WHERE c.weeks > 0)::integer])) AS orders) AS u)::numeric AS usual
    FROM counted AS c
    -- A restaurant without an order four weeks ago has nothing to compare with.
    WHERE EXISTS (
        SELECT FROM analytics.due_orders AS o
        WHERE o.location_code = c.location_code AND o.business_ts < c.ended - interval '28 days')
    GROUP BY c.location_code, c.span, c.began
)
SELECT
    c.location_code,
    c.span,
    c.began,
    c.orders,
    c.usual,
    c.orders < c.usual * analytics.threshold('volume_low')
        OR c.orders > c.usual * analytics.threshold('volume_high') AS failed
FROM compared AS c
WHERE c.usual >= analytics.threshold('volume_least');
