-- title: Cash-up
-- chart: table
-- tab: Control
-- formats: items_total money, subtotal money, total money, paid money, tips money, difference money
-- day: analytics.cash_up.day
-- restaurant: analytics.cash_up.location_code
-- description: Items compared with orders and payments, for the seven business days up to the newest order, or the
--   chosen days. Only days with differences. The column evidence of analytics.cash_up has the orders.
SELECT day, location_code, currency, orders, items_total, subtotal, total, paid, tips, unpaid_orders, differing_orders, difference
FROM analytics.cash_up
WHERE (
    day > (SELECT analytics.newest_business_date()) - 7
    -- Both ends, so that the planner expects a few days.
    AND day <= (SELECT analytics.newest_business_date())
    -- A chosen day replaces this time span.
    [[OR true) AND ({{day}}]]
)
    AND differing_orders > 0
    [[AND {{restaurant}}]]
ORDER BY day DESC, location_code, currency
LIMIT 60;
