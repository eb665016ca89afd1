-- title: Payments by method
-- chart: row
-- unit: money
-- x: method
-- y: amount
-- series: currency
-- formats: tips money
-- day: analytics.payment_mix.day
-- restaurant: analytics.payment_mix.location_code
-- currency: analytics.payment_mix.currency
-- description: The 28 business days up to the newest order, or the chosen days. By the business day of the order,
--   refunds not deducted.
SELECT
    method,
    currency,
    round(sum(amount), analytics.decimals(currency)) AS amount,
    sum(payments)::bigint AS payments,
    round(sum(tips), analytics.decimals(currency)) AS tips
FROM analytics.payment_mix
WHERE (
    day > (SELECT analytics.newest_business_date()) - 28
    -- Both ends, so that the planner expects a few days.
    AND day <= (SELECT analytics.newest_business_date())
    -- A chosen day replaces this time span.
    [[OR true) AND ({{day}}]]
)
    [[AND {{restaurant}}]]
    [[AND {{currency}}]]
GROUP BY method, currency
ORDER BY sum(payments) DESC, method, currency
LIMIT 10;
