CREATE OR REPLACE FUNCTION analytics.calculate_order_metrics(order_id uuid)
RETURNS TABLE (
    order_known    boolean,
    status         text,
    item_count     bigint,
    units          numeric,
    unpriced_items bigint,
    items_total    numeric,
    subtotal       numeric,
    tax            numeric,
    tip            numeric,
    total          numeric,
    paid           numeric,
    refunded       numeric,
    balance        numeric,
    external_id    text,
    currency       text
)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        o.order_id IS NOT NULL,
        o.status,
        i.item_count,
        i.units,
        i.unpriced_items,
        i.items_total,
        o.subtotal,
        o.tax,
        o.tip,
        o.total,
        p.paid,
        r.refunded,
        o.total - p.paid,
        o.external_id,
        o.currency
    FROM (
        SELECT
            count(*) AS item_count,
            sum(items.qty) AS units,
            count(*) FILTER (WHERE items.extended_price IS NULL) AS unpriced_items,
            sum(items.extended_price) AS items_total
        FROM analytics.order_lines AS items
        WHERE items.order_id = calculate_order_metrics.order_id AND NOT items.is_voided
    ) AS i
    CROSS JOIN (
        SELECT sum(payments.amount) AS paid
        FROM analytics.captured_payments AS payments
        WHERE payments.order_id = calculate_order_metrics.order_id
    ) AS p
    CROSS JOIN (
        SELECT sum(refunds.amount) AS refunded
        FROM analytics.refunds
        WHERE refunds.order_id = calculate_order_metrics.order_id AND NOT refunds.is_replaced AND refunds.refunded_ts <= analytics.present()
    ) AS r
    LEFT JOIN analytics.orders_now AS o ON o.order_id = calculate_order_metrics.order_id
$$;

COMMENT ON FUNCTION analytics.calculate_order_metrics(uuid) IS
    'One order in exactly one row, an upcoming one too, without what is dated in the future: order_known (its order_created has come), status, item_count (lines), units, unpriced_items, items_total (of the priced lines), subtotal, tax, tip and total as its payments state them, paid (captured), refunded, balance (total - paid: still to be paid), external_id (the number of the order, as its till shows it). Voided lines and payments do not count. Unknown values are null.';
