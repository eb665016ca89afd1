CREATE OR REPLACE VIEW analytics.deducted_orders AS
SELECT order_id FROM analytics.order_discounts
UNION ALL
SELECT order_id FROM analytics.order_items WHERE tax_included
UNION ALL
SELECT order_id FROM analytics.payments WHERE discount > 0;

COMMENT ON VIEW analytics.deducted_orders IS
    'The orders whose net sales may be less than their gross sales: with a discount, or with tax in their prices. An order can be here several times.';
COMMENT ON COLUMN analytics.deducted_orders.order_id IS 'The order.';
