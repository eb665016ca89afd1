-- title: How guests pay, last 28 days
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
WHERE day > (SELECT max(day) FROM analytics.daily_sales) - 28
GROUP BY method
ORDER BY amount DESC, method
LIMIT 10;
