-- title: Refunds today
-- chart: scalar
-- unit: money
-- y: refunds
-- compare: refunds_last_week
-- formats: refunds_last_week money
-- restaurant: analytics.cash_movements.location_code
-- currency: analytics.cash_movements.currency
-- description: What was given back on the business day so far, for whichever order. Compared with the same weekday last
--   week, up to the same time of the business day. In the currency with the most refunds; the others are beside it.
WITH clock AS MATERIALIZED (
    SELECT analytics.moment_of_today() AS now
),
moved AS (
    SELECT moved_at, location_code, currency, refunded
    FROM analytics.cash_movements
    WHERE refund_id IS NOT NULL
        -- Today and the same weekday last week, in any time zone.
        AND moved_at > (SELECT now FROM clock) - interval '7 days 28 hours'
        AND moved_at <= (SELECT now FROM clock)
        [[AND {{restaurant}}]]
        [[AND {{currency}}]]
),
placed AS (
    SELECT
        m.currency,
        m.refunded,
        analytics.business_date(c.now, l.time_zone, l.close_out) AS today,
        analytics.business_date(m.moved_at, l.time_zone, l.close_out) AS day,
        c.now - d.began AS elapsed_today,
        m.moved_at - d.began_then AS elapsed
    FROM moved AS m
    CROSS JOIN clock AS c
    LEFT JOIN analytics.locations AS l ON l.location_code = m.location_code
    CROSS JOIN LATERAL (
        SELECT
            (analytics.business_date(c.now, l.time_zone, l.close_out) + coalesce(l.close_out, '00:00'))
                AT TIME ZONE coalesce(l.time_zone, 'UTC') AS began,
            (analytics.business_date(m.moved_at, l.time_zone, l.close_out) + coalesce(l.close_out, '00:00'))
                AT TIME ZONE coalesce(l.time_zone, 'UTC') AS began_then
    ) AS d
),
by_currency AS (
    SELECT
        currency,
        max(today) AS day,
        count(*) FILTER (WHERE day = today) AS number,
        count(*) AS all_of_them,
        round(coalesce(sum(refunded) FILTER (WHERE day = today), 0), analytics.decimals(currency)) AS refunds,
        round(coalesce(sum(refunded) FILTER (WHERE day = today - 7), 0), analytics.decimals(currency)) AS refunds_last_week
    FROM placed
    WHERE day = today OR (day = today - 7 AND elapsed <= elapsed_today)
    GROUP BY currency
)
SELECT
    coalesce((array_agg(refunds ORDER BY all_of_them DESC, currency))[1], 0) AS refunds,
    coalesce((array_agg(refunds_last_week ORDER BY all_of_them DESC, currency))[1], 0) AS refunds_last_week,
    coalesce((array_agg(currency ORDER BY all_of_them DESC, currency))[1], analytics.default_currency()) AS currency,
    coalesce(sum(number), 0)::bigint AS number,
    analytics.business_date((SELECT now FROM clock), NULL, NULL) AS day,
    coalesce(nullif(array_to_string((array_agg(refunds || ' ' || currency ORDER BY all_of_them DESC, currency))[2:], ', '), ''), 'none')
        AS other_currencies
FROM by_currency;
