-- title: Tips today
-- chart: scalar
-- unit: money
-- y: tips
-- compare: tips_last_week
-- formats: tips_last_week money
-- restaurant: analytics.sales_today.location_code
-- service: analytics.sales_today.service_type
-- currency: analytics.sales_today.currency
-- description: Tips of the paid orders of the business day so far; unknown when none is paid. Compared with the same weekday
--   last week, up to the same time of the business day. In the currency with the most orders; the others are beside it.
WITH by_currency AS (
    SELECT
        currency,
        max(day) AS day,
        sum(orders) AS orders,
        round(sum(tips), analytics.decimals(currency)) AS tips,
        round(sum(tips_last_week), analytics.decimals(currency)) AS tips_last_week
    FROM analytics.sales_today
    WHERE true
        [[AND {{restaurant}}]]
        [[AND {{service}}]]
        [[AND {{currency}}]]
    GROUP BY currency
)
SELECT
    (array_agg(tips ORDER BY orders DESC, currency))[1] AS tips,
    (array_agg(tips_last_week ORDER BY orders DESC, currency))[1] AS tips_last_week,
    (array_agg(currency ORDER BY orders DESC, currency))[1] AS currency,
    max(day) AS day,
    coalesce(nullif(array_to_string((array_agg(tips || ' ' || currency ORDER BY orders DESC, currency))[2:], ', '), ''), 'none')
        AS other_currencies
FROM by_currency;
