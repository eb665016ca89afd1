CREATE OR REPLACE VIEW analytics.bills AS
SELECT
    o.order_id,
    o.order_ts,
    o.location_code,
    o.service_type,
    o.status,
    o.guest_count,
    o.currency,
    b.unpriced_items,
    CASE WHEN b.priced_lines > 0 THEN b.gross_sales END AS gross_sales,
    CASE WHEN b.priced_lines > 0 THEN b.discounts END AS discounts,
    CASE WHEN b.priced_lines > 0 THEN b.comps END AS comps,
    CASE WHEN b.priced_lines > 0 THEN b.included_tax END AS included_tax,
    CASE WHEN b.priced_lines > 0 THEN b.net_sales END AS net_sales,
    CASE WHEN b.priced_lines > 0 THEN b.voids END AS voids,
    CASE WHEN b.priced_lines > 0 THEN b.gift_cards END AS gift_cards,
    b.tax,
    b.service_charges,
    b.gratuities,
    b.tips,
    b.rounding,
    CASE WHEN b.priced_lines > 0 THEN b.net_sales + b.gift_cards + b.tax + b.service_charges + b.tips + b.rounding END
        AS total_due,
    b.collected AS total_collected,
    r.refunds,
    o.business_ts,
    o.external_id
FROM analytics.due_orders AS o
CROSS JOIN LATERAL analytics.bill_of_order(o.order_id) AS b
CROSS JOIN LATERAL (
    SELECT sum(r.amount) AS refunds FROM analytics.refunds AS r WHERE r.order_id = o.order_id AND NOT r.is_replaced AND r.refunded_ts <= analytics.present()
) AS r;

COMMENT ON VIEW analytics.bills IS
    'The whole bill of every order whose time has come. Sales come from the lines, money from the payments: a bill that is paid in full and adds up has total_due = total_collected.';
COMMENT ON COLUMN analytics.bills.order_id IS 'The order.';
COMMENT ON COLUMN analytics.bills.order_ts IS
    'When the guest ordered.';
COMMENT ON COLUMN analytics.bills.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.bills.service_type IS 'The service type.';
COMMENT ON COLUMN analytics.bills.status IS
    'The status of the order. A cancelled order counts in no sum of sales.';
COMMENT ON COLUMN analytics.bills.guest_count IS 'How many guests; null means unknown.';
COMMENT ON COLUMN analytics.bills.currency IS 'The currency of all amounts: the one that the order states, or else that of its restaurant, or else the default.';
COMMENT ON COLUMN analytics.bills.unpriced_items IS 'Lines of unknown price, which no sum contains.';
COMMENT ON COLUMN analytics.bills.gross_sales IS
    'The lines at menu price, without voided lines and gift cards; null while no line of known price has come.';
COMMENT ON COLUMN analytics.bills.discounts IS 'Discounts, promotions and loyalty.';
COMMENT ON COLUMN analytics.bills.comps IS 'What was on the house.';
COMMENT ON COLUMN analytics.bills.included_tax IS
    'The tax in prices that include it, as far as the payments tell.';
COMMENT ON COLUMN analytics.bills.net_sales IS 'gross_sales - discounts - comps - included_tax.';
COMMENT ON COLUMN analytics.bills.voids IS 'Lines that were taken back, at menu price.';
COMMENT ON COLUMN analytics.bills.gift_cards IS
    'Gift cards that were sold, after their discounts: a liability and no revenue.';
COMMENT ON COLUMN analytics.bills.tax IS 'Tax, as the payments state it; null while there is none.';
COMMENT ON COLUMN analytics.bills.service_charges IS
    'Service charges; where no event states one, as the payments state them.';
COMMENT ON COLUMN analytics.bills.gratuities IS
    'The part of the service charges that belongs to the staff; null where none does.';
COMMENT ON COLUMN analytics.bills.tips IS 'Tips, as the payments state them.';
COMMENT ON COLUMN analytics.bills.rounding IS 'Rounding, as the payments state it.';
COMMENT ON COLUMN analytics.bills.total_due IS
    'net_sales + gift_cards + tax + service_charges + tips + rounding; null while a part is unknown.';
COMMENT ON COLUMN analytics.bills.total_collected IS 'The amounts of the payments; null while there is none.';
COMMENT ON COLUMN analytics.bills.refunds IS 'What was refunded, at any time; null where nothing was.';
COMMENT ON COLUMN analytics.bills.business_ts IS
    'The business time: scheduled_for, or else order_ts. Filter by this column: it has an index.';
COMMENT ON COLUMN analytics.bills.external_id IS
    'The number of the order, as its till shows it; null where the till sent a UUID.';
