-- title: Busiest hours of the week
-- chart: table
-- formats: revenue_per_day money
-- restaurant: analytics.peak_hours.location_code
-- description: The three busiest hours of each restaurant, over the last eight weeks of orders. Weekday 1 is Monday.
SELECT location_code, busy_rank, weekday, hour_of_day, orders_per_day, revenue_per_day, currency
FROM analytics.peak_hours
WHERE busy_rank <= 3
    [[AND {{restaurant}}]]
ORDER BY location_code, currency, busy_rank, weekday, hour_of_day
LIMIT 60;
