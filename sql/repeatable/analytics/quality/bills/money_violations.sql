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
    LEFT JOIN analytics.locations AS l ON l.location_code = o.location_code
    WHERE i.subtotal <> i.items_total
        AND abs(i.subtotal - i.items_total) > analytics.money_threshold('rounding_legal',
            coalesce(o.currency, l.currency, analytics.default_currency()))
        AND (i.subtotal > i.items_total OR o.status = 'completed')
    UNION ALL
    SELECT 'payments_add_up_to_total', o.order_id, analytics.order_arrived_at(o.order_id),
        jsonb_build_object('payments', p.paid, 'total', o.total)
    FROM analytics.orders AS o
    LEFT JOIN (
        SELECT order_id, sum(amount) AS paid, sum(tip) AS tips, count(*) AS payments,
            coalesce(sum(amount) FILTER (WHERE lower(method) = 'cash'), 0) AS cash
        FROM analytics.captured_payments
        GROUP BY order_id
    ) AS p ON p.order_id = o.order_id
    LEFT JOIN analytics.locations AS l ON l.location_code = o.location_code
    WHERE p.paid IS DISTINCT FROM o.total
        AND (p.paid IS NULL OR o.total IS NULL
            OR analytics.bill_verdict(p.paid, o.total, p.tips, p.cash, 0, p.payments,
                coalesce(o.currency, l.currency, analytics.default_currency())) = 'impossible')
    UNION ALL
    SELECT 'parts_add_up_to_total', p.payment_id, NULL,
        jsonb_build_object('subtotal', p.subtotal, 'tax', p.tax, 'tip', p.tip,
            'service_charge', p.service_charge, 'discount', p.discount, 'rounding', p.rounding, 'total', p.total)
    FROM analytics.payments AS p
    LEFT JOIN analytics.orders AS o ON o.order_id = p.order_id
    LEFT JOIN analytics.locations AS l ON l.location_code = coalesce(o.location_code, p.location_code)
    WHERE NOT p.is_replaced AND analytics.payment_parts(p) <> p.total
        AND analytics.bill_verdict(p.total, p.total, 0, 0, abs(analytics.payment_parts(p) - p.total), 1,
            coalesce(p.currency, o.currency, l.currency, analytics.default_currency())) = 'impossible'
    UNION ALL
    SELECT 'refunds_within_payments', p.order_id, analytics.order_arrived_at(p.order_id),
        jsonb_build_object('captured', p.captured, 'refunded', r.refunded)
    FROM (
        SELECT order_id, sum(greatest(amount, total)) AS captured FROM analytics.payments WHERE NOT is_replaced GROUP BY order_id
    ) AS p
    JOIN (
        SELECT p.order_id, sum(r.amount) AS refunded, count(*) AS refunds
        FROM analytics.refunds AS r
        JOIN analytics.payments AS p ON p.payment_id = r.payment_id AND NOT p.is_replaced
        WHERE NOT r.is_replaced
        GROUP BY p.order_id
    ) AS r ON r.order_id = p.order_id
    LEFT JOIN analytics.orders AS o ON o.order_id = p.order_id
    LEFT JOIN analytics.locations AS l ON l.location_code = o.location_code
    WHERE r.refunded > p.captured
        AND r.refunded > p.captured + r.refunds * analytics.money_threshold('rounding_most',
            coalesce(o.currency, l.currency, analytics.default_currency()))
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
    'Every row whose money does not add up, apart from rounding and what else is legal on a bill. For validate_data_consistency() and for people who look into a violation. arrived_at is when the newest event of the order was written; null means that the check applies no grace period.';
