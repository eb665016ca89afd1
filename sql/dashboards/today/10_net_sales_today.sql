-- title: Net sales, last 24 hours
-- chart: scalar
-- unit: money
-- y: net_sales
-- restaurant: analytics.hourly_sales.location_code
-- service: analytics.hourly_sales.service_type
-- currency: analytics.hourly_sales.currency
-- description: The lines at menu price less discounts, comps and the tax in the prices, paid or not. Without voided lines
--   and gift cards. Unknown while no line of known price has come. In the currency with the most orders; the others are
--   beside it.
WITH by_currency AS (
    SELECT
        currency,
        sum(order_count) AS orders,
        round(sum(net_sales), analytics.decimals(currency)) AS net_sales,
        round(sum(gross_sales), analytics.decimals(currency)) AS gross_sales,
        round(sum(discounts), analytics.decimals(currency)) AS discounts,
        round(sum(comps), analytics.decimals(currency)) AS comps,
        round(sum(voids), analytics.decimals(currency)) AS voids,
        sum(guests) AS guests
    FROM analytics.hourly_sales
    WHERE hour > (SELECT date_trunc('hour', analytics.newest_moment(), 'UTC')) - interval '24 hours'
        -- Both ends, so that the planner expects a short time span.
        AND hour <= (SELECT analytics.newest_moment())
        [[AND {{restaurant}}]]
        [[AND {{service}}]]
        [[AND {{currency}}]]
    GROUP BY currency
)
SELECT
    (array_agg(net_sales ORDER BY orders DESC, currency))[1] AS net_sales,
    (array_agg(currency ORDER BY orders DESC, currency))[1] AS currency,
    (array_agg(gross_sales ORDER BY orders DESC, currency))[1] AS gross_sales,
    (array_agg(discounts ORDER BY orders DESC, currency))[1] AS discounts,
    (array_agg(comps ORDER BY orders DESC, currency))[1] AS comps,
    (array_agg(voids ORDER BY orders DESC, currency))[1] AS voids,
    sum(guests)::bigint AS guests,
    coalesce(nullif(array_to_string((array_agg(net_sales || ' ' || currency ORDER BY orders DESC, currency))[2:], ', '), ''), 'none')
        AS other_currencies
FROM by_currency;
