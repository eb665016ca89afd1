-- title: Orders
-- chart: scalar
-- unit: count
-- y: orders
-- width: half
-- tab: Time
-- day: analytics.daily_sales.day
-- restaurant: analytics.daily_sales.location_code
-- currency: analytics.daily_sales.currency
-- description: Orders without cancelled ones, and of them the guests that are known and the orders that are not paid. The 28
--   business days up to the newest order, or the chosen days.
SELECT
    coalesce(sum(order_count), 0)::bigint AS orders,
    sum(guests)::bigint AS guests,
    coalesce(sum(unpaid_orders), 0)::bigint AS unpaid_orders,
    coalesce(sum(cancelled_orders), 0)::bigint AS cancelled_orders
FROM analytics.daily_sales
WHERE (
    day > (SELECT analytics.newest_business_date()) - 28
    -- Both ends, so that the planner expects a few days.
    AND day <= (SELECT analytics.newest_business_date())
    -- A chosen day replaces this time span.
    [[OR true) AND ({{day}}]]
)
    [[AND {{restaurant}}]]
    [[AND {{currency}}]];
