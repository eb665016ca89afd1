CREATE OR REPLACE VIEW analytics.cash_up AS
WITH days AS (
    SELECT business_date AS day, location_code FROM analytics.rollup_sales_days
    UNION
    SELECT business_date, location_code FROM analytics.rollup_delta_sales()
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
    s.evidence
FROM days AS d
LEFT JOIN analytics.locations AS l ON l.location_code = d.location_code
CROSS JOIN LATERAL analytics.cash_up_of_day(d.location_code, d.day, l.time_zone, l.close_out) AS s
WHERE s.orders > 0 OR s.differing_orders > 0;

COMMENT ON VIEW analytics.cash_up IS
    'Does the day''s cash agree? Items against orders against payments and tips, by business day and restaurant, with the evidence for each difference. Reads the orders of the days that are asked for: filter by day.';
COMMENT ON COLUMN analytics.cash_up.day IS 'The business day, as in daily_sales.';
COMMENT ON COLUMN analytics.cash_up.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.cash_up.orders IS 'Orders that were not cancelled, paid or not.';
COMMENT ON COLUMN analytics.cash_up.items_total IS 'What the lines of the paid orders come to, where all of an order''s prices are known.';
COMMENT ON COLUMN analytics.cash_up.subtotal IS 'What the payments say that the orders came to before tax and tip.';
COMMENT ON COLUMN analytics.cash_up.total IS 'The same, tax and tip included.';
COMMENT ON COLUMN analytics.cash_up.paid IS 'What was taken in: the amounts of the payments, refunds not deducted.';
COMMENT ON COLUMN analytics.cash_up.tips IS 'The tips in it.';
COMMENT ON COLUMN analytics.cash_up.refunded IS 'What was given back, whenever that was.';
COMMENT ON COLUMN analytics.cash_up.unpaid_orders IS 'Orders without a payment: each a difference, worth what its lines come to.';
COMMENT ON COLUMN analytics.cash_up.unpriced_orders IS 'Orders with a line whose price is unknown: their items are not compared.';
COMMENT ON COLUMN analytics.cash_up.differing_orders IS 'Orders with a difference of any kind.';
COMMENT ON COLUMN analytics.cash_up.difference IS 'The sum of the differences, each as found less expected: below zero money is missing.';
COMMENT ON COLUMN analytics.cash_up.evidence IS
    'The 50 greatest differences: order_id, kind (items, parts, payments, unpaid, cancelled), expected, found, difference.';
