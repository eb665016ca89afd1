CREATE OR REPLACE VIEW analytics.premium_market_share AS
WITH parts AS (
    SELECT city, paid_orders, premium_orders, total, premium_total, currency
    FROM analytics.rollup_sales
    UNION ALL
    SELECT city, paid_orders, premium_orders, total, premium_total, currency
    FROM analytics.rollup_diff_sales()
), cities AS (
    SELECT city, currency, sum(paid_orders) AS paid, sum(premium_orders) AS premium, sum(total) AS total,
        sum(premium_total) AS premium_total
    FROM parts
    GROUP BY city, currency
    HAVING sum(paid_orders) > 0
)
SELECT
    city,
    paid::bigint AS paid_orders,
    premium::bigint AS premium_orders,
    round(100 * premium / paid, 2) AS premium_order_share,
    total AS revenue,
    premium_total AS premium_revenue,
    round(100 * premium_total / nullif(total, 0), 2) AS premium_revenue_share,
    round(100 * premium_total / nullif(sum(premium_total) OVER (PARTITION BY currency), 0), 2) AS market_share,
    currency
FROM cities;

COMMENT ON VIEW analytics.premium_market_share IS
    'Premium orders by city, over all time: paid orders with a total of at least premium_order (analytics.thresholds).';
COMMENT ON COLUMN analytics.premium_market_share.city IS
    'The city that the orders name, or else that of the restaurant; null where neither is known.';
COMMENT ON COLUMN analytics.premium_market_share.paid_orders IS 'Paid orders that were not cancelled.';
COMMENT ON COLUMN analytics.premium_market_share.premium_orders IS 'How many of paid_orders are premium.';
COMMENT ON COLUMN analytics.premium_market_share.premium_order_share IS
    'Percentage of the city''s paid orders that are premium.';
COMMENT ON COLUMN analytics.premium_market_share.revenue IS
    'Total of the paid orders, tax and tip included, refunds not deducted.';
COMMENT ON COLUMN analytics.premium_market_share.premium_revenue IS 'Total of the premium orders.';
COMMENT ON COLUMN analytics.premium_market_share.premium_revenue_share IS 'Percentage of the city''s revenue that is premium.';
COMMENT ON COLUMN analytics.premium_market_share.market_share IS
    'The city''s percentage of the premium revenue of all cities; null while there is none.';
COMMENT ON COLUMN analytics.premium_market_share.currency IS 'The currency of its amounts, as in daily_sales. market_share is among the cities of this currency.';
