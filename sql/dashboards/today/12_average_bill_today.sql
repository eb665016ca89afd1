-- title: Average order, last 24 hours
-- chart: scalar
-- unit: money
-- y: avg_order_value
-- restaurant: analytics.hourly_sales.location_code
-- service: analytics.hourly_sales.service_type
-- currency: analytics.hourly_sales.currency
-- description: Mean total of the paid orders; unknown when none is paid. In the currency with the most orders; the others
--   are beside it.
WITH by_currency AS (
    SELECT
        currency,
        sum(order_count) AS orders,
        round(sum(total) / nullif(sum(order_count - unpaid_orders), 0), analytics.decimals(currency)) AS avg_order_value,
        sum(order_count - unpaid_orders) AS paid_orders
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
    (array_agg(avg_order_value ORDER BY orders DESC, currency))[1] AS avg_order_value,
    (array_agg(currency ORDER BY orders DESC, currency))[1] AS currency,
    coalesce(sum(paid_orders), 0)::bigint AS paid_orders,
    coalesce(nullif(array_to_string((array_agg(avg_order_value || ' ' || currency ORDER BY orders DESC, currency))[2:], ', '), ''), 'none')
        AS other_currencies
FROM by_currency;
