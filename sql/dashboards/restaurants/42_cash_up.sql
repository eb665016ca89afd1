-- title: Cash-up, last 7 days
-- chart: table
-- description: Items compared with orders and payments, for the seven business days up to the newest order. Only days with
--   differences. The column evidence of analytics.cash_up has the orders.
SELECT day, location_code, orders, items_total, subtotal, total, paid, tips, unpaid_orders, differing_orders, difference
FROM analytics.cash_up
WHERE day > (SELECT analytics.newest_business_date()) - 7
    -- Both ends, so that the planner expects a few days.
    AND day <= (SELECT analytics.newest_business_date()) AND differing_orders > 0
ORDER BY day DESC, location_code
LIMIT 60;
