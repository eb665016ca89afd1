-- title: Revenue, last 24 hours
-- chart: scalar
-- unit: money
-- y: revenue
-- restaurant: analytics.hourly_sales.location_code
-- service: analytics.hourly_sales.service_type
-- currency: analytics.hourly_sales.currency
-- description: The total of the paid orders, tax and tip included, refunds not deducted. Unpaid orders are counted in
--   their own column. Unknown when none is paid. In the currency with the most orders; the others are beside it.
WITH by_currency AS (
    SELECT
        currency,
        sum(order_count) AS orders,
        round(sum(total), analytics.decimals(currency)) AS revenue,
        sum(unpaid_orders) AS unpaid_orders
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
    (array_agg(revenue ORDER BY orders DESC, currency))[1] AS revenue,
    (array_agg(currency ORDER BY orders DESC, currency))[1] AS currency,
    coalesce(sum(unpaid_orders), 0)::bigint AS unpaid_orders,
    coalesce(nullif(array_to_string((array_agg(revenue || ' ' || currency ORDER BY orders DESC, currency))[2:], ', '), ''), 'none')
        AS other_currencies
FROM by_currency;
