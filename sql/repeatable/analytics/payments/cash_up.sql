CREATE OR REPLACE VIEW analytics.cash_up AS
WITH days AS (
    SELECT business_date AS day, location_code, currency FROM analytics.rollup_sales_days
    UNION
    SELECT business_date, location_code, currency FROM analytics.rollup_diff_sales()
)
SELECT
    d.day,
    d.location_code,
    s.orders,
    s.items_total,
    s.subtotal,
    s.total,
    s.paid,
    s.tips,
    s.refunded,
    s.unpaid_orders,
    s.unpriced_orders,
    s.differing_orders,
    s.difference,
    s.evidence,
    d.currency
FROM days AS d
LEFT JOIN analytics.locations AS l ON l.location_code = d.location_code
CROSS JOIN LATERAL analytics.cash_up_of_currency(d.location_code, d.day, l.time_zone, l.close_out, d.currency) AS s
WHERE s.orders > 0 OR s.differing_orders > 0;

COMMENT ON VIEW analytics.cash_up IS
    'Whether the cash of a day agrees: items against orders against payments and tips, by business day, restaurant and currency, with the evidence for each difference. Reads all orders of the days in question: filter by day.';
COMMENT ON COLUMN analytics.cash_up.day IS 'The business day, as in daily_sales.';
COMMENT ON COLUMN analytics.cash_up.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.cash_up.orders IS 'Orders that were not cancelled, paid or not.';
COMMENT ON COLUMN analytics.cash_up.items_total IS
    'What the lines of paid orders cost after discounts and without the tax in them, gift cards included; of orders without a line of unknown price.';
COMMENT ON COLUMN analytics.cash_up.subtotal IS 'The orders before tax and tip, as their payments state it.';
COMMENT ON COLUMN analytics.cash_up.total IS 'The orders with tax and tip, as their payments state it.';
COMMENT ON COLUMN analytics.cash_up.paid IS 'The amounts that were captured, refunds not deducted.';
COMMENT ON COLUMN analytics.cash_up.tips IS 'The tips in these amounts.';
COMMENT ON COLUMN analytics.cash_up.refunded IS 'What was refunded, at any time.';
COMMENT ON COLUMN analytics.cash_up.unpaid_orders IS
    'Orders without a payment. Each is a difference of the price of its lines.';
COMMENT ON COLUMN analytics.cash_up.unpriced_orders IS
    'Orders with a line of unknown price: their items are not compared.';
COMMENT ON COLUMN analytics.cash_up.differing_orders IS 'Orders with at least one difference.';
COMMENT ON COLUMN analytics.cash_up.difference IS
    'The sum of the differences, each found minus expected: below 0, money is missing.';
COMMENT ON COLUMN analytics.cash_up.evidence IS
    'The 50 greatest differences: order_id, kind (items, parts, payments, unpaid, cancelled), expected, found, difference.';
COMMENT ON COLUMN analytics.cash_up.currency IS 'The currency of its amounts, as in daily_sales.';
