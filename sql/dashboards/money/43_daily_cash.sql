-- title: Cash by movement
-- chart: table
-- formats: captured money, tips money, refunded money, expected_in_drawer money
-- day: analytics.daily_cash.day
-- restaurant: analytics.daily_cash.location_code
-- currency: analytics.daily_cash.currency
-- description: Money by the business day on which it moved and by tender, for the seven business days up to the newest
--   order, or the chosen days. A refund of today for an order of last week is in the row of today.
SELECT
    day,
    l.name AS restaurant,
    daily_cash.location_code,
    daily_cash.currency,
    coalesce(method, 'unknown') AS method,
    captured,
    tips,
    refunded,
    expected_in_drawer
FROM analytics.daily_cash
LEFT JOIN analytics.locations AS l ON l.location_code = daily_cash.location_code
WHERE (
    day > (SELECT analytics.newest_business_date()) - 7
    -- Both ends, so that the planner expects a few days.
    AND day <= (SELECT analytics.newest_business_date())
    -- A chosen day replaces this time span.
    [[OR true) AND ({{day}}]]
)
    [[AND {{restaurant}}]]
    [[AND {{currency}}]]
ORDER BY day DESC, daily_cash.location_code, daily_cash.currency, method
LIMIT 200;
