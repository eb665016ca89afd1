-- title: Premium orders by city
-- chart: table
-- width: half
-- tab: Breakdown
-- formats: premium_order_share percent, premium_revenue money, premium_revenue_share percent, market_share percent
-- description: Paid orders with a total of at least the threshold premium_order (500 by default, and as many of
--   the smallest units in a currency without two decimals), over all time.
SELECT city, currency, paid_orders, premium_orders, premium_order_share, premium_revenue, premium_revenue_share, market_share
FROM analytics.premium_market_share
ORDER BY sum(paid_orders) OVER (PARTITION BY currency) DESC, currency, premium_revenue DESC, city
LIMIT 50;
