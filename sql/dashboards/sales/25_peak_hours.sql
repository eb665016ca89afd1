-- title: Busiest hours of the week
-- chart: table
-- description: The three busiest hours of each restaurant, over the last eight weeks of orders. Weekday 1 is Monday.
SELECT location_code, busy_rank, weekday, hour_of_day, orders_per_day, revenue_per_day
FROM analytics.peak_hours
WHERE busy_rank <= 3
ORDER BY location_code, busy_rank, weekday, hour_of_day
LIMIT 60;
