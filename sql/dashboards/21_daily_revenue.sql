-- title: Revenue by day
-- chart: line
-- unit: money
-- x: day
-- y: revenue
-- description: The 30 business days up to the newest order, over the paid orders. A day on which nothing was paid for
--   has no point: its revenue is unknown, not zero.
SELECT
    day,
    round(sum(total_revenue), 2) AS revenue,
    sum(order_count)::bigint AS orders,
    sum(unpaid_orders)::bigint AS unpaid_orders
FROM analytics.daily_sales
WHERE day > (SELECT max(day) FROM analytics.daily_sales) - 30
GROUP BY day
ORDER BY day;
