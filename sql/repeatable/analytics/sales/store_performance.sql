CREATE OR REPLACE VIEW analytics.store_performance AS
WITH parts AS (
    SELECT
        location_code, order_count, cancelled_orders, paid_orders, total, refunded, 0 AS sold_orders,
        0 AS unpriced_items, 0 AS gross_sales, 0 AS discounts, 0 AS comps, 0 AS included_tax, 0 AS net_sales,
        0 AS voids, 0 AS gift_cards, 0 AS bills_paid, 0 AS bill_tax, 0 AS tips, 0 AS rounding, 0 AS collected,
        0 AS charged_orders, 0 AS service_charges, 0 AS counted_orders, 0 AS guests, 0 AS sold_guests,
        0 AS guest_sales, currency
    FROM analytics.rollup_sales
    UNION ALL
    SELECT
        location_code, order_count, cancelled_orders, paid_orders, total, refunded, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, currency
    FROM analytics.rollup_diff_sales()
    UNION ALL
    SELECT
        location_code, 0, 0, 0, 0, 0, sold_orders, unpriced_items, gross_sales, discounts, comps, included_tax,
        net_sales, voids, gift_cards, paid_orders, tax, tips, rounding, collected, charged_orders, service_charges,
        counted_orders, guests, sold_guests, guest_sales, currency
    FROM analytics.rollup_bills
    UNION ALL
    SELECT
        location_code, 0, 0, 0, 0, 0, sold_orders, unpriced_items, gross_sales, discounts, comps, included_tax,
        net_sales, voids, gift_cards, paid_orders, tax, tips, rounding, collected, charged_orders, service_charges,
        counted_orders, guests, sold_guests, guest_sales, currency
    FROM analytics.rollup_diff_bills()
), stores AS (
    SELECT location_code, currency, sum(order_count) AS orders, sum(cancelled_orders) AS cancelled, sum(paid_orders) AS paid,
        sum(total) AS total, sum(refunded) AS refunded,
        CASE WHEN sum(sold_orders) > 0 THEN sum(gross_sales) END AS gross_sales,
        CASE WHEN sum(sold_orders) > 0 THEN sum(discounts) END AS discounts,
        CASE WHEN sum(sold_orders) > 0 THEN sum(comps) END AS comps,
        CASE WHEN sum(sold_orders) > 0 THEN sum(included_tax) END AS included_tax,
        CASE WHEN sum(sold_orders) > 0 THEN sum(net_sales) END AS net_sales,
        CASE WHEN sum(sold_orders) > 0 THEN sum(voids) END AS voids,
        CASE WHEN sum(sold_orders) > 0 THEN sum(gift_cards) END AS gift_cards,
        CASE WHEN sum(bills_paid) > 0 THEN sum(bill_tax) END AS tax,
        CASE WHEN sum(charged_orders) > 0 THEN sum(service_charges) END AS service_charges,
        CASE WHEN sum(bills_paid) > 0 THEN sum(tips) END AS tips,
        CASE WHEN sum(bills_paid) > 0 THEN sum(rounding) END AS rounding,
        CASE WHEN sum(bills_paid) > 0 THEN sum(collected) END AS total_collected,
        CASE WHEN sum(counted_orders) > 0 THEN sum(guests)::bigint END AS guests,
        round(sum(guest_sales) / nullif(sum(sold_guests), 0), analytics.decimals(currency)) AS sales_per_guest,
        sum(unpriced_items)::bigint AS unpriced_items
    FROM parts
    GROUP BY location_code, currency
    HAVING sum(order_count) > 0 OR sum(cancelled_orders) > 0
), days AS (
    SELECT location_code, currency, min(day) AS first_day, max(day) AS last_day, count(*) AS days
    FROM analytics.daily_sales
    GROUP BY location_code, currency
)
SELECT
    s.location_code,
    l.name AS restaurant,
    s.orders::bigint AS orders,
    CASE WHEN s.paid > 0 THEN s.total END AS revenue,
    round(s.total / nullif(s.paid, 0), analytics.decimals(s.currency)) AS average_ticket,
    CASE WHEN s.paid > 0 THEN s.total - s.refunded END AS net_revenue,
    CASE WHEN s.paid > 0 THEN rank() OVER (PARTITION BY s.currency ORDER BY s.total DESC) END AS revenue_rank,
    CASE WHEN s.paid > 0 THEN round(100 * s.total / nullif(sum(s.total) OVER (PARTITION BY s.currency), 0), 1) END AS revenue_share,
    round(s.orders / d.days, 1) AS orders_per_day,
    s.cancelled::bigint AS cancelled_orders,
    d.first_day,
    d.last_day,
    (s.orders - s.paid)::bigint AS unpaid_orders,
    s.gross_sales, s.discounts, s.comps, s.included_tax, s.net_sales, s.voids, s.gift_cards, s.tax, s.service_charges,
    s.tips, s.rounding, s.total_collected, s.guests, s.sales_per_guest, s.unpriced_items, s.currency
FROM stores AS s
LEFT JOIN days AS d ON d.location_code = s.location_code AND d.currency = s.currency
LEFT JOIN analytics.locations AS l ON l.location_code = s.location_code;

COMMENT ON VIEW analytics.store_performance IS
    'The restaurants compared, over all time. Orders and money count as in daily_sales.';
COMMENT ON COLUMN analytics.store_performance.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.store_performance.restaurant IS 'Its name; null where it is not in analytics.locations.';
COMMENT ON COLUMN analytics.store_performance.orders IS 'Orders that were not cancelled, paid or not.';
COMMENT ON COLUMN analytics.store_performance.revenue IS
    'Tax and tip included, refunds not deducted, over the paid orders; null while none is paid.';
COMMENT ON COLUMN analytics.store_performance.average_ticket IS 'Mean total of the paid orders, to the cent.';
COMMENT ON COLUMN analytics.store_performance.net_revenue IS 'revenue minus refunds.';
COMMENT ON COLUMN analytics.store_performance.revenue_rank IS '1 is the restaurant with the most revenue.';
COMMENT ON COLUMN analytics.store_performance.revenue_share IS 'Percentage of the revenue of all restaurants.';
COMMENT ON COLUMN analytics.store_performance.orders_per_day IS 'Mean over the business days on which it had orders.';
COMMENT ON COLUMN analytics.store_performance.cancelled_orders IS 'Cancelled orders, which the other columns leave out.';
COMMENT ON COLUMN analytics.store_performance.first_day IS 'The first business day with an order.';
COMMENT ON COLUMN analytics.store_performance.last_day IS 'The newest business day with an order.';
COMMENT ON COLUMN analytics.store_performance.unpaid_orders IS
    'How many of orders have no payment yet; the money does not include them.';
COMMENT ON COLUMN analytics.store_performance.gross_sales IS
    'The lines at menu price, without voided lines and gift cards; null while no line of known price has come.';
COMMENT ON COLUMN analytics.store_performance.discounts IS
    'Discounts, promotions and loyalty; null while gross_sales is.';
COMMENT ON COLUMN analytics.store_performance.comps IS 'What was on the house; null while gross_sales is.';
COMMENT ON COLUMN analytics.store_performance.included_tax IS
    'The tax in prices that include it, as far as the payments tell; null while gross_sales is.';
COMMENT ON COLUMN analytics.store_performance.net_sales IS
    'gross_sales - discounts - comps - included_tax. It needs no payment.';
COMMENT ON COLUMN analytics.store_performance.voids IS
    'Lines that were taken back, at menu price; null while gross_sales is.';
COMMENT ON COLUMN analytics.store_performance.gift_cards IS
    'Gift cards that were sold: a liability and no revenue; null while gross_sales is.';
COMMENT ON COLUMN analytics.store_performance.tax IS 'Tax, as the payments state it; null while none is paid.';
COMMENT ON COLUMN analytics.store_performance.service_charges IS
    'Service charges, of events or else of payments; null while neither has come.';
COMMENT ON COLUMN analytics.store_performance.tips IS 'Tips, as the payments state them; null while none is paid.';
COMMENT ON COLUMN analytics.store_performance.rounding IS
    'Rounding, as the payments state it; null while none is paid.';
COMMENT ON COLUMN analytics.store_performance.total_collected IS
    'The amounts of the payments, refunds not deducted; null while none is paid. It needs no line.';
COMMENT ON COLUMN analytics.store_performance.guests IS 'Guests, of the orders that state them; null where none does.';
COMMENT ON COLUMN analytics.store_performance.sales_per_guest IS
    'net_sales per guest, of the orders that state their guests, to the cent; null where none does.';
COMMENT ON COLUMN analytics.store_performance.unpriced_items IS 'Lines of unknown price, which no sum contains.';
COMMENT ON COLUMN analytics.store_performance.currency IS 'The currency of its amounts, as in daily_sales. Rank and share are among the restaurants of this currency.';
