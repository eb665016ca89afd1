CREATE OR REPLACE FUNCTION analytics.money_violations()
RETURNS TABLE (check_name text, id uuid, arrived_at timestamptz, details jsonb)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    -- Orders without a line, or with a line of unknown price, are not checked. While an order is being paid in parts, its
    -- payments may be below its items, but never above.
    SELECT 'items_add_up_to_subtotal', o.order_id, analytics.order_arrived_at(o.order_id),
        jsonb_build_object('items', i.items_total, 'subtotal', i.subtotal)
    FROM analytics.orders AS o
    CROSS JOIN LATERAL (
        SELECT b.net_sales + b.gift_cards AS items_total, o.subtotal - b.paid_discounts AS subtotal
        FROM analytics.bill_of_order(o.order_id) AS b
        WHERE b.priced_lines > 0 AND b.unpriced_items = 0
    ) AS i
    WHERE i.subtotal > i.items_total OR (i.subtotal < i.items_total AND o.status = 'completed')
    UNION ALL
    SELECT 'payments_add_up_to_total', o.order_id, analytics.order_arrived_at(o.order_id),
        jsonb_build_object('payments', p.paid, 'total', o.total)
    FROM analytics.orders AS o
    LEFT JOIN (
        SELECT order_id, sum(amount) AS paid FROM analytics.captured_payments GROUP BY order_id
    ) AS p ON p.order_id = o.order_id
    WHERE p.paid IS DISTINCT FROM o.total
    UNION ALL
    SELECT 'parts_add_up_to_total', payment_id, NULL,
        jsonb_build_object('subtotal', subtotal, 'tax', tax, 'tip', tip, 'service_charge', service_charge,
            'discount', discount, 'rounding', rounding, 'total', total)
    FROM analytics.payments
    WHERE subtotal + tax + tip + coalesce(service_charge, 0) - coalesce(discount, 0) + coalesce(rounding, 0) <> total
    UNION ALL
    SELECT 'refunds_within_payments', p.payment_id, analytics.order_arrived_at(p.order_id),
        jsonb_build_object('captured', p.amount, 'refunded', r.refunded)
    FROM analytics.payments AS p
    JOIN (
        SELECT payment_id, sum(amount) AS refunded FROM analytics.refunds GROUP BY payment_id
    ) AS r ON r.payment_id = p.payment_id
    WHERE r.refunded > p.amount
    UNION ALL
    SELECT 'nothing_negative', order_id, NULL,
        jsonb_build_object('table', 'orders', 'subtotal', subtotal, 'tax', tax, 'tip', tip, 'total', total)
    FROM analytics.orders
    WHERE least(subtotal, tax, tip, total) < 0
    UNION ALL
    SELECT 'nothing_negative', payment_id, NULL, jsonb_build_object('table', 'payments', 'amount', amount,
        'subtotal', subtotal, 'tax', tax, 'tip', tip, 'total', total)
    FROM analytics.payments
    WHERE least(amount, subtotal, tax, tip, total) < 0
    UNION ALL
    SELECT 'nothing_negative', order_item_id, NULL, jsonb_build_object('table', 'order_items', 'qty', qty,
        'unit_price', unit_price, 'extended_price', extended_price)
    FROM analytics.order_items
    WHERE least(qty, unit_price, extended_price) < 0
    UNION ALL
    SELECT 'nothing_negative', refund_id, NULL, jsonb_build_object('table', 'refunds', 'amount', amount)
    FROM analytics.refunds
    WHERE amount < 0
$$;

COMMENT ON FUNCTION analytics.money_violations() IS
    'Every row whose money does not add up. For validate_data_consistency() and for people who look into a violation. arrived_at is when the newest event of the order was written; null means that the check applies no grace period.';
