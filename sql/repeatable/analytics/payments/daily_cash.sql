CREATE OR REPLACE VIEW analytics.daily_cash AS
WITH parts AS (
    SELECT business_date, location_code, method, payments, captured, tips, rounding, refunds, refunded, currency
    FROM analytics.rollup_movement_days
    UNION ALL
    SELECT business_date, location_code, method, payments, captured, tips, rounding, refunds, refunded, currency
    FROM analytics.rollup_diff_movements()
)
SELECT
    business_date AS day,
    location_code,
    method,
    sum(payments)::bigint AS payments,
    sum(captured) AS captured,
    sum(tips) AS tips,
    sum(rounding) AS rounding,
    sum(refunds)::bigint AS refunds,
    sum(refunded) AS refunded,
    CASE WHEN lower(method) = 'cash' THEN sum(captured) - sum(refunded) END AS expected_in_drawer,
    currency
FROM parts
GROUP BY business_date, location_code, method, currency
HAVING sum(payments) > 0 OR sum(refunds) > 0;

COMMENT ON VIEW analytics.daily_cash IS
    'Money by the business day on which it moved, restaurant, tender and currency. A refund or a late payment today for an order of last week is in the row of today. cash_up is the account by order.';
COMMENT ON COLUMN analytics.daily_cash.day IS
    'The business day of the movement, by the time zone and close-out of the restaurant (analytics.locations); the day in UTC while the restaurant is not in analytics.locations.';
COMMENT ON COLUMN analytics.daily_cash.location_code IS
    'The restaurant that the payment names, or else that of the order; null while neither is known.';
COMMENT ON COLUMN analytics.daily_cash.method IS
    'The tender, e.g. cash or card. A refund goes back to the tender of its payment; null while that payment is unknown.';
COMMENT ON COLUMN analytics.daily_cash.payments IS 'Number of payments, those of cancelled orders included.';
COMMENT ON COLUMN analytics.daily_cash.captured IS 'Their amounts, tips included, refunds not deducted.';
COMMENT ON COLUMN analytics.daily_cash.tips IS 'The tips in these amounts.';
COMMENT ON COLUMN analytics.daily_cash.rounding IS
    'The rounding in these amounts, below 0 where guests paid less than their bills.';
COMMENT ON COLUMN analytics.daily_cash.refunds IS 'Number of refunds.';
COMMENT ON COLUMN analytics.daily_cash.refunded IS 'Their amounts.';
COMMENT ON COLUMN analytics.daily_cash.expected_in_drawer IS
    'captured - refunded of the tender cash: what the day adds to the drawer. Tips that are paid out in cash are not deducted. Null for other tenders.';
COMMENT ON COLUMN analytics.daily_cash.currency IS 'The currency in which it moved, as in cash_movements.';
