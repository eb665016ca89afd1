-- title: Net sales
-- chart: scalar
-- unit: money
-- y: net_sales
-- formats: gross_sales money, revenue money
-- width: half
-- tab: Time
-- day: analytics.daily_sales.day
-- restaurant: analytics.daily_sales.location_code
-- currency: analytics.daily_sales.currency
-- description: Net sales are gross sales, the lines at menu price, less discounts, comps and the tax in the prices; neither
--   needs a payment. Revenue is the total of the paid orders. The 28 business days up to the newest order, or the chosen days.
--   In the currency with the most orders; the others are beside it.
WITH by_currency AS (
    SELECT
        currency,
        sum(order_count) AS orders,
        round(sum(net_sales), analytics.decimals(currency)) AS net_sales,
        round(sum(gross_sales), analytics.decimals(currency)) AS gross_sales,
        round(sum(total_revenue), analytics.decimals(currency)) AS revenue
    FROM analytics.daily_sales
    WHERE (
        day > (SELECT analytics.newest_business_date()) - 28
        -- Both ends, so that the planner expects a few days.
        AND day <= (SELECT analytics.newest_business_date())
        -- A chosen day replaces this time span.
        [[OR true) AND ({{day}}]]
    )
        [[AND {{restaurant}}]]
        [[AND {{currency}}]]
    GROUP BY currency
)
SELECT
    (array_agg(net_sales ORDER BY orders DESC, currency))[1] AS net_sales,
    (array_agg(gross_sales ORDER BY orders DESC, currency))[1] AS gross_sales,
    (array_agg(revenue ORDER BY orders DESC, currency))[1] AS revenue,
    (array_agg(currency ORDER BY orders DESC, currency))[1] AS currency,
    coalesce(nullif(array_to_string((array_agg(net_sales || ' ' || currency ORDER BY orders DESC, currency))[2:], ', '), ''), 'none')
        AS other_currencies
FROM by_currency;
