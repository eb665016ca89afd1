-- title: Orders per minute, last 60 minutes
-- chart: scalar
-- unit: count
-- y: orders_per_minute
-- formats: revenue_last_hour money, revenue_today money, projected_revenue_today money
-- description: Orders of the last 60 minutes, without cancelled ones; of fewer minutes while the first order is younger. In
--   the currency with the most of them: their revenue, how many are unpaid, and the projected revenue of today.
SELECT
    sum(orders_per_minute) OVER () AS orders_per_minute,
    currency,
    round(revenue_last_hour, analytics.decimals(currency)) AS revenue_last_hour,
    unpaid_orders_last_hour AS unpaid_orders,
    active_customers,
    round(revenue_today, analytics.decimals(currency)) AS revenue_today,
    projected_revenue_today
FROM analytics.live_metrics
ORDER BY orders_last_hour DESC, revenue_today DESC NULLS LAST, currency
LIMIT 1;
