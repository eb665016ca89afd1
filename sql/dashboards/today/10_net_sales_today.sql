-- title: Net sales today
-- chart: scalar
-- unit: money
-- y: net_sales
-- compare: net_sales_last_week
-- formats: net_sales_last_week money
-- restaurant: analytics.sales_today.location_code
-- service: analytics.sales_today.service_type
-- currency: analytics.sales_today.currency
-- description: The lines at menu price less discounts, comps and the tax in the prices, paid or not. Compared with the same
--   weekday last week, up to the same time of the business day. In the currency with the most orders; the others are beside it.
WITH by_currency AS (
    SELECT
        currency,
        max(day) AS day,
        sum(orders) AS orders,
        round(sum(net_sales), analytics.decimals(currency)) AS net_sales,
        round(sum(net_sales_last_week), analytics.decimals(currency)) AS net_sales_last_week
    FROM analytics.sales_today
    WHERE true
        [[AND {{restaurant}}]]
        [[AND {{service}}]]
        [[AND {{currency}}]]
    GROUP BY currency
)
SELECT
    (array_agg(net_sales ORDER BY orders DESC, currency))[1] AS net_sales,
    (array_agg(net_sales_last_week ORDER BY orders DESC, currency))[1] AS net_sales_last_week,
    (array_agg(currency ORDER BY orders DESC, currency))[1] AS currency,
    max(day) AS day,
    coalesce(nullif(array_to_string((array_agg(net_sales || ' ' || currency ORDER BY orders DESC, currency))[2:], ', '), ''), 'none')
        AS other_currencies
FROM by_currency;
