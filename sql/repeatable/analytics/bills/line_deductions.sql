CREATE OR REPLACE FUNCTION analytics.line_deductions(of_order uuid)
RETURNS TABLE (order_item_id uuid, event_ts timestamptz, category text, item_name text, deduction numeric, currency text)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH places AS (
        SELECT analytics.decimals(coalesce(max(l.currency), max(o.currency), analytics.default_currency())) AS decimals
        FROM analytics.order_lines AS l
        LEFT JOIN analytics.orders_now AS o ON o.order_id = l.order_id
        WHERE l.order_id = of_order
    ), lines AS (
        SELECT l.order_item_id, l.event_ts, l.category, l.item_name, l.extended_price, l.tax_included, l.currency,
            coalesce(o.amount, 0) AS own, l.extended_price - coalesce(o.amount, 0) AS worth
        FROM analytics.order_lines AS l
        CROSS JOIN LATERAL (
            SELECT sum(d.amount) AS amount
            FROM analytics.order_discounts AS d
            WHERE d.order_id = l.order_id AND d.order_item_id = l.order_item_id AND NOT d.is_replaced AND d.event_ts <= analytics.present()
        ) AS o
        WHERE l.order_id = of_order AND NOT l.is_voided AND NOT l.is_gift_card AND l.extended_price IS NOT NULL
    ), discounted AS (
        SELECT l.*, l.own + analytics.share_of_sum(
            b.discounts + b.comps - sum(l.own) OVER (), greatest(l.worth, 0), sum(greatest(l.worth, 0)) OVER upto,
            sum(greatest(l.worth, 0)) OVER (), count(*) OVER upto, count(*) OVER (), p.decimals) AS discount
        FROM lines AS l
        CROSS JOIN places AS p
        CROSS JOIN analytics.bill_of_order(of_order) AS b
        WINDOW upto AS (ORDER BY l.order_item_id)
    ), taxed AS (
        SELECT d.order_item_id, analytics.share_of_sum(
            b.included_tax, w.worth, sum(w.worth) OVER upto, sum(w.worth) OVER (), count(*) OVER upto, count(*) OVER (),
            p.decimals) AS tax
        FROM discounted AS d
        CROSS JOIN places AS p
        CROSS JOIN analytics.bill_of_order(of_order) AS b
        CROSS JOIN LATERAL (SELECT greatest(d.extended_price - d.discount, 0) AS worth) AS w
        WHERE d.tax_included
        WINDOW upto AS (ORDER BY d.order_item_id)
    )
    SELECT d.order_item_id, d.event_ts, d.category, d.item_name, d.discount + coalesce(t.tax, 0), d.currency
    FROM discounted AS d
    LEFT JOIN taxed AS t ON t.order_item_id = d.order_item_id
$$;

COMMENT ON FUNCTION analytics.line_deductions(uuid) IS
    'What discounts, comps and included tax take from each line of an order, whose lines are not voided, no gift cards, and of known price. A discount of the whole order, and the tax, are divided by the price of the lines. The sum over the lines is discounts + comps + included_tax of the bill, to the cent.';
