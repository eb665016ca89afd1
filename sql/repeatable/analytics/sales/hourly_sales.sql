CREATE OR REPLACE VIEW analytics.hourly_sales AS
WITH parts AS (
    SELECT
        hour, location_code, service_type, order_count, cancelled_orders, paid_orders, subtotal, tax, tip, total,
        refund_count, refunded, 0 AS sold_orders, 0 AS unpriced_items, 0 AS gross_sales, 0 AS discounts, 0 AS comps,
        0 AS included_tax, 0 AS net_sales, 0 AS voids, 0 AS gift_cards, 0 AS bills_paid, 0 AS rounding,
        0 AS collected, 0 AS charged_orders, 0 AS service_charges, 0 AS counted_orders, 0 AS guests, 0 AS sold_guests,
        0 AS guest_sales, currency
    FROM analytics.rollup_sales_hours
    UNION ALL
    SELECT
        hour, location_code, service_type, order_count, cancelled_orders, paid_orders, subtotal, tax, tip, total,
        refund_count, refunded, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, currency
    FROM analytics.rollup_diff_sales()
    UNION ALL
    SELECT
        hour, location_code, service_type, 0, 0, 0, 0, 0, 0, 0, 0, 0, sold_orders, unpriced_items, gross_sales,
        discounts, comps, included_tax, net_sales, voids, gift_cards, paid_orders, rounding, collected,
        charged_orders, service_charges, counted_orders, guests, sold_guests, guest_sales, currency
    FROM analytics.rollup_bill_hours
    UNION ALL
    SELECT
        hour, location_code, service_type, 0, 0, 0, 0, 0, 0, 0, 0, 0, sold_orders, unpriced_items, gross_sales,
        discounts, comps, included_tax, net_sales, voids, gift_cards, paid_orders, rounding, collected,
        charged_orders, service_charges, counted_orders, guests, sold_guests, guest_sales, currency
    FROM analytics.rollup_diff_bills()
)
SELECT
    hour,
    location_code,
    service_type,
    sum(order_count)::bigint AS order_count,
    CASE WHEN sum(paid_orders) > 0 THEN sum(subtotal) END AS subtotal,
    CASE WHEN sum(paid_orders) > 0 THEN sum(tax) END AS tax,
    CASE WHEN sum(paid_orders) > 0 THEN sum(tip) END AS tip,
    CASE WHEN sum(paid_orders) > 0 THEN sum(total) END AS total,
    round(sum(total) / nullif(sum(paid_orders), 0), analytics.decimals(currency)) AS avg_order_value,
    (sum(order_count) - sum(paid_orders))::bigint AS unpaid_orders,
    sum(cancelled_orders)::bigint AS cancelled_orders,
    CASE WHEN sum(sold_orders) > 0 THEN sum(gross_sales) END AS gross_sales,
    CASE WHEN sum(sold_orders) > 0 THEN sum(discounts) END AS discounts,
    CASE WHEN sum(sold_orders) > 0 THEN sum(comps) END AS comps,
    CASE WHEN sum(sold_orders) > 0 THEN sum(included_tax) END AS included_tax,
    CASE WHEN sum(sold_orders) > 0 THEN sum(net_sales) END AS net_sales,
    CASE WHEN sum(sold_orders) > 0 THEN sum(voids) END AS voids,
    CASE WHEN sum(sold_orders) > 0 THEN sum(gift_cards) END AS gift_cards,
    CASE WHEN sum(charged_orders) > 0 THEN sum(service_charges) END AS service_charges,
    CASE WHEN sum(bills_paid) > 0 THEN sum(rounding) END AS rounding,
    CASE WHEN sum(bills_paid) > 0 THEN sum(collected) END AS total_collected,
    CASE WHEN sum(refund_count) > 0 THEN sum(refunded) END AS refunds,
    CASE WHEN sum(counted_orders) > 0 THEN sum(guests)::bigint END AS guests,
    round(sum(guest_sales) / nullif(sum(sold_guests), 0), analytics.decimals(currency)) AS sales_per_guest,
    sum(unpriced_items)::bigint AS unpriced_items,
    currency
FROM parts
GROUP BY hour, location_code, service_type, currency
HAVING sum(order_count) > 0 OR sum(cancelled_orders) > 0;

COMMENT ON VIEW analytics.hourly_sales IS
    'Sales by hour, restaurant and service type. Cancelled and unpaid orders count as in daily_sales: the sums over a business day are daily_sales.';
COMMENT ON COLUMN analytics.hourly_sales.hour IS
    'The instant at which the hour of business_ts began. Hours begin as in UTC.';
COMMENT ON COLUMN analytics.hourly_sales.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.hourly_sales.service_type IS 'The service type: see analytics.orders.';
COMMENT ON COLUMN analytics.hourly_sales.order_count IS 'Orders that were not cancelled, paid or not.';
COMMENT ON COLUMN analytics.hourly_sales.subtotal IS
    'Before tax and tip, over the paid orders; null while none is paid.';
COMMENT ON COLUMN analytics.hourly_sales.tax IS 'Tax, over the paid orders.';
COMMENT ON COLUMN analytics.hourly_sales.tip IS 'Tips, over the paid orders.';
COMMENT ON COLUMN analytics.hourly_sales.total IS 'Tax and tip included, refunds not deducted, over the paid orders.';
COMMENT ON COLUMN analytics.hourly_sales.avg_order_value IS 'Mean total of the paid orders, to the cent.';
COMMENT ON COLUMN analytics.hourly_sales.unpaid_orders IS
    'How many orders of order_count have no payment yet; the money does not include them.';
COMMENT ON COLUMN analytics.hourly_sales.cancelled_orders IS 'Cancelled orders. The other columns do not include them.';
COMMENT ON COLUMN analytics.hourly_sales.gross_sales IS
    'The lines at menu price, without voided lines and gift cards; null while no line of known price has come.';
COMMENT ON COLUMN analytics.hourly_sales.discounts IS 'Discounts, promotions and loyalty; null while gross_sales is.';
COMMENT ON COLUMN analytics.hourly_sales.comps IS 'What was on the house; null while gross_sales is.';
COMMENT ON COLUMN analytics.hourly_sales.included_tax IS
    'The tax in prices that include it, as far as the payments tell; null while gross_sales is.';
COMMENT ON COLUMN analytics.hourly_sales.net_sales IS
    'gross_sales - discounts - comps - included_tax. It needs no payment.';
COMMENT ON COLUMN analytics.hourly_sales.voids IS
    'Lines that were taken back, at menu price; null while gross_sales is.';
COMMENT ON COLUMN analytics.hourly_sales.gift_cards IS
    'Gift cards that were sold: a liability and no revenue; null while gross_sales is.';
COMMENT ON COLUMN analytics.hourly_sales.service_charges IS
    'Service charges, of events or else of payments; null while neither has come.';
COMMENT ON COLUMN analytics.hourly_sales.rounding IS 'Rounding, as the payments state it; null while none is paid.';
COMMENT ON COLUMN analytics.hourly_sales.total_collected IS
    'The amounts of the payments, refunds not deducted; null while none is paid. It needs no line.';
COMMENT ON COLUMN analytics.hourly_sales.refunds IS
    'What was refunded for these orders, at any time; null where nothing was.';
COMMENT ON COLUMN analytics.hourly_sales.guests IS 'Guests, of the orders that state them; null where none does.';
COMMENT ON COLUMN analytics.hourly_sales.sales_per_guest IS
    'net_sales per guest, of the orders that state their guests, to the cent; null where none does.';
COMMENT ON COLUMN analytics.hourly_sales.unpriced_items IS 'Lines of unknown price, which no sum contains.';
COMMENT ON COLUMN analytics.hourly_sales.currency IS 'The currency of its amounts: the one that the orders state, or else that of the restaurant, or else the default.';
