-- title: Cash by movement, last 7 days
-- chart: table
-- description: Money by the business day on which it moved and by tender. A refund of today for an order of last week is in the row
--   of today.
SELECT day, location_code, coalesce(method, 'unknown') AS method, captured, tips, refunded, expected_in_drawer
FROM analytics.daily_cash
WHERE day > (SELECT analytics.newest_business_date()) - 7
    -- Both ends, so that the planner expects a few days.
    AND day <= (SELECT analytics.newest_business_date())
ORDER BY day DESC, location_code, method
LIMIT 200;
