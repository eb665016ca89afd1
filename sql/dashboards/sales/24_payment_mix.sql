-- title: Payments by method, last 28 days
-- chart: row
-- unit: money
-- x: method
-- y: amount
-- description: By the business day of the order, refunds not deducted.
SELECT
    method,
    round(sum(amount), 2) AS amount,
    sum(payments)::bigint AS payments,
    round(sum(tips), 2) AS tips
FROM analytics.payment_mix
WHERE day > (SELECT analytics.newest_business_date()) - 28
    -- Both ends, so that the planner expects a few days.
    AND day <= (SELECT analytics.newest_business_date())
GROUP BY method
ORDER BY amount DESC, method
LIMIT 10;
