CREATE OR REPLACE VIEW analytics.daypart_sales AS
WITH parts AS (
    SELECT
        business_date, location_code, daypart, order_count, cancelled_orders, paid_orders, tip, total, refund_count,
        refunded, 0 AS sold_orders, 0 AS unpriced_items, 0 AS gross_sales, 0 AS discounts, 0 AS comps,
        0 AS included_tax, 0 AS net_sales, 0 AS voids, 0 AS gift_cards, 0 AS bills_paid, 0 AS bill_tax, 0 AS tips,
        0 AS rounding, 0 AS collected, 0 AS charged_orders, 0 AS service_charges, 0 AS counted_orders, 0 AS guests,
        0 AS sold_guests, 0 AS guest_sales, currency
    FROM analytics.rollup_sales_days
    UNION ALL
    SELECT
        business_date, location_code, daypart, order_count, cancelled_orders, paid_orders, tip, total, refund_count,
        refunded, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, currency
    FROM analytics.rollup_diff_sales()
    UNION ALL
    SELECT
        business_date, location_code, daypart, 0, 0, 0, 0, 0, 0, 0, sold_orders, unpriced_items, gross_sales,
        discounts, comps, included_tax, net_sales, voids, gift_cards, paid_orders, tax, tips, rounding, collected,
        charged_orders, service_charges, counted_orders, guests, sold_guests, guest_sales, currency
    FROM analytics.rollup_bill_days
    UNION ALL
    SELECT
        business_date, location_code, daypart, 0, 0, 0, 0, 0, 0, 0, sold_orders, unpriced_items, gross_sales,
        discounts, comps, included_tax, net_sales, voids, gift_cards, paid_orders, tax, tips, rounding, collected,
        charged_orders, service_charges, counted_orders, guests, sold_guests, guest_sales, currency
    FROM analytics.rollup_diff_bills()
)
SELECT
    business_date AS day,
    location_code,
    daypart,
    sum(order_count)::bigint AS order_count,
    CASE WHEN sum(paid_orders) > 0 THEN sum(total) END AS total_revenue,
    round(sum(total) / nullif(sum(paid_orders), 0), analytics.decimals(currency)) AS avg_order_value,
    CASE WHEN sum(paid_orders) > 0 THEN sum(tip) END AS total_tips,
    (sum(order_count) - sum(paid_orders))::bigint AS unpaid_orders,
    sum(cancelled_orders)::bigint AS cancelled_orders,
    CASE WHEN sum(refund_count) > 0 THEN sum(refunded) END AS total_refunds,
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
    CASE WHEN sum(refund_count) > 0 THEN sum(refunded) END AS refunds,
    CASE WHEN sum(counted_orders) > 0 THEN sum(guests)::bigint END AS guests,
    round(sum(guest_sales) / nullif(sum(sold_guests), 0), analytics.decimals(currency)) AS sales_per_guest,
    sum(unpriced_items)::bigint AS unpriced_items,
    currency
FROM parts
GROUP BY business_date, location_code, daypart, currency
HAVING sum(order_count) > 0 OR sum(cancelled_orders) > 0;

COMMENT ON VIEW analytics.daypart_sales IS
    'daily_sales by the part of the day: the sums over the dayparts are daily_sales.';
COMMENT ON COLUMN analytics.daypart_sales.day IS 'The business day, as in daily_sales.';
COMMENT ON COLUMN analytics.daypart_sales.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.daypart_sales.daypart IS
    'breakfast, lunch, dinner or late, in the time zone of the restaurant: see analytics.daypart().';
COMMENT ON COLUMN analytics.daypart_sales.order_count IS 'Orders that were not cancelled, paid or not.';
COMMENT ON COLUMN analytics.daypart_sales.total_revenue IS
    'Tax and tip included, refunds not deducted, over the paid orders; null while none is paid.';
COMMENT ON COLUMN analytics.daypart_sales.avg_order_value IS 'Mean total of the paid orders, to the cent.';
COMMENT ON COLUMN analytics.daypart_sales.total_tips IS 'Tips of the paid orders.';
COMMENT ON COLUMN analytics.daypart_sales.unpaid_orders IS 'How many orders of order_count have no payment yet.';
COMMENT ON COLUMN analytics.daypart_sales.cancelled_orders IS
    'Cancelled orders. The other columns do not include them.';
COMMENT ON COLUMN analytics.daypart_sales.total_refunds IS
    'What was refunded for these orders; null where nothing was.';
COMMENT ON COLUMN analytics.daypart_sales.gross_sales IS
    'The lines at menu price, without voided lines and gift cards; null while no line of known price has come.';
COMMENT ON COLUMN analytics.daypart_sales.discounts IS 'Discounts, promotions and loyalty; null while gross_sales is.';
COMMENT ON COLUMN analytics.daypart_sales.comps IS 'What was on the house; null while gross_sales is.';
COMMENT ON COLUMN analytics.daypart_sales.included_tax IS
    'The tax in prices that include it, as far as the payments tell; null while gross_sales is.';
COMMENT ON COLUMN analytics.daypart_sales.net_sales IS
    'gross_sales - discounts - comps - included_tax. It needs no payment.';
COMMENT ON COLUMN analytics.daypart_sales.voids IS
    'Lines that were taken back, at menu price; null while gross_sales is.';
COMMENT ON COLUMN analytics.daypart_sales.gift_cards IS
    'Gift cards that were sold: a liability and no revenue; null while gross_sales is.';
COMMENT ON COLUMN analytics.daypart_sales.tax IS 'Tax, as the payments state it; null while none is paid.';
COMMENT ON COLUMN analytics.daypart_sales.service_charges IS
    'Service charges, of events or else of payments; null while neither has come.';
COMMENT ON COLUMN analytics.daypart_sales.tips IS 'Tips, as the payments state them; null while none is paid.';
COMMENT ON COLUMN analytics.daypart_sales.rounding IS 'Rounding, as the payments state it; null while none is paid.';
COMMENT ON COLUMN analytics.daypart_sales.total_collected IS
    'The amounts of the payments, refunds not deducted; null while none is paid. It needs no line.';
COMMENT ON COLUMN analytics.daypart_sales.refunds IS
    'What was refunded for these orders, at any time; null where nothing was.';
COMMENT ON COLUMN analytics.daypart_sales.guests IS 'Guests, of the orders that state them; null where none does.';
COMMENT ON COLUMN analytics.daypart_sales.sales_per_guest IS
    'net_sales per guest, of the orders that state their guests, to the cent; null where none does.';
COMMENT ON COLUMN analytics.daypart_sales.unpriced_items IS 'Lines of unknown price, which no sum contains.';
COMMENT ON COLUMN analytics.daypart_sales.currency IS 'The currency of its amounts: the one that the orders state, or else that of the restaurant, or else the default.';
