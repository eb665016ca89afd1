CREATE OR REPLACE VIEW analytics.payment_mix AS
WITH parts AS (
    SELECT business_date, location_code, method, provider, payments, amount, tip, currency
    FROM analytics.rollup_payment_days
    UNION ALL
    SELECT business_date, location_code, method, provider, payments, amount, tip, currency
    FROM analytics.rollup_diff_payments()
)
SELECT
    business_date AS day,
    location_code,
    method,
    provider,
    sum(payments)::bigint AS payments,
    sum(amount) AS amount,
    sum(tip) AS tips,
    round(sum(amount) / sum(payments), analytics.decimals(currency)) AS avg_amount,
    round(100 * sum(amount) / nullif(sum(sum(amount)) OVER (PARTITION BY business_date, location_code, currency), 0), 2) AS share,
    currency
FROM parts
GROUP BY business_date, location_code, method, provider, currency
HAVING sum(payments) > 0;

COMMENT ON VIEW analytics.payment_mix IS
    'Payments by method and provider, by the business day of their order. Without voided payments, and those of cancelled orders and of orders that are not known yet.';
COMMENT ON COLUMN analytics.payment_mix.day IS
    'The business day of the order, as in daily_sales, whenever it was paid.';
COMMENT ON COLUMN analytics.payment_mix.location_code IS 'The restaurant of the order.';
COMMENT ON COLUMN analytics.payment_mix.method IS 'The method, as the producer names it, e.g. card.';
COMMENT ON COLUMN analytics.payment_mix.provider IS
    'Who processed the payment; null, a group of its own, where the producer does not send it.';
COMMENT ON COLUMN analytics.payment_mix.payments IS 'Number of payments.';
COMMENT ON COLUMN analytics.payment_mix.amount IS 'Their amounts, refunds not deducted.';
COMMENT ON COLUMN analytics.payment_mix.tips IS 'Their tips.';
COMMENT ON COLUMN analytics.payment_mix.avg_amount IS 'Mean amount of a payment, to the cent.';
COMMENT ON COLUMN analytics.payment_mix.share IS 'Percentage of the day''s amount at the restaurant; null where it is 0.';
COMMENT ON COLUMN analytics.payment_mix.currency IS 'The currency of its amounts: the one that the payments state, or else that of their orders.';
