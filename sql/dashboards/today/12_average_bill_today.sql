-- title: Average bill today
-- chart: scalar
-- unit: money
-- y: average_bill
-- compare: average_bill_last_week
-- formats: average_bill_last_week money
-- restaurant: analytics.sales_today.location_code
-- service: analytics.sales_today.service_type
-- currency: analytics.sales_today.currency
-- description: Mean total of the paid orders, tax and tip included; unknown when none is paid. Compared with the same weekday
--   last week, up to the same time of the business day. In the currency with the most orders; the others are beside it.
WITH by_currency AS (
    SELECT
        currency,
        max(day) AS day,
        sum(orders) AS orders,
        round(sum(total) / nullif(sum(paid_orders), 0), analytics.decimals(currency)) AS average_bill,
        round(sum(total_last_week) / nullif(sum(paid_orders_last_week), 0), analytics.decimals(currency)) AS average_bill_last_week
    FROM analytics.sales_today
    WHERE true
        [[AND {{restaurant}}]]
        [[AND {{service}}]]
        [[AND {{currency}}]]
    GROUP BY currency
)
SELECT
    (array_agg(average_bill ORDER BY orders DESC, currency))[1] AS average_bill,
    (array_agg(average_bill_last_week ORDER BY orders DESC, currency))[1] AS average_bill_last_week,
    (array_agg(currency ORDER BY orders DESC, currency))[1] AS currency,
    max(day) AS day,
    coalesce(nullif(array_to_string((array_agg(average_bill || ' ' || currency ORDER BY orders DESC, currency))[2:], ', '), ''), 'none')
        AS other_currencies
FROM by_currency;
