-- Sales of the last 28 business days up to the newest order: one row per day, restaurant and currency. In pgAdmin, connect
-- as analytics_reader, open the Query Tool, and choose Open File > Restaurant > daily_sales.sql.
SELECT
    day,
    location_code,
    currency,
    order_count,
    cancelled_orders,
    gross_sales,
    discounts,
    net_sales,
    total_revenue,
    avg_order_value,
    total_tips
FROM analytics.daily_sales
WHERE
    day > (SELECT analytics.newest_business_date()) - 28
    -- Both ends, so that the planner expects a few days.
    AND day <= (SELECT analytics.newest_business_date())
ORDER BY day DESC, location_code, currency;
