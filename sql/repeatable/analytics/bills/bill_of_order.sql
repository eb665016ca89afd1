CREATE OR REPLACE FUNCTION analytics.bill_of_order(of_order uuid)
RETURNS TABLE (
    priced_lines bigint, unpriced_items bigint, gross_sales numeric, discounts numeric, comps numeric,
    included_tax numeric, net_sales numeric, voids numeric, gift_cards numeric, payments bigint, subtotal numeric,
    tax numeric, tips numeric, rounding numeric, collected numeric, paid_charges numeric, paid_discounts numeric,
    service_charges numeric, gratuities numeric
)
LANGUAGE sql
STABLE
-- Parsed when it is made, and without settings: so PostgreSQL makes it a part of the query that calls it.
BEGIN ATOMIC
    SELECT i.priced_lines, i.unpriced_items, i.gross_sales, d.discounts, d.comps, t.included_tax,
        i.gross_sales - d.discounts - d.comps - t.included_tax, i.voids, d.gift_cards, p.payments, p.subtotal, p.tax,
        p.tips, p.rounding, p.collected, p.charges, p.discounts, coalesce(c.amount, p.charges), c.gratuities
    FROM (
        SELECT
            count(l.extended_price) AS priced_lines,
            count(l.extended_price) FILTER (WHERE NOT l.is_voided AND NOT l.is_gift_card) AS sold_lines,
            count(*) FILTER (WHERE l.extended_price IS NULL AND NOT l.is_voided AND NOT l.is_gift_card)
                AS unpriced_items,
            coalesce(sum(l.extended_price) FILTER (WHERE NOT l.is_voided AND NOT l.is_gift_card), 0) AS gross_sales,
            coalesce(sum(l.extended_price) FILTER (WHERE NOT l.is_voided AND l.is_gift_card), 0) AS gift_cards,
            coalesce(sum(l.extended_price) FILTER (WHERE l.is_voided), 0) AS voids,
            bool_or(l.tax_included AND NOT l.is_voided AND NOT l.is_gift_card) AS tax_included
        FROM (
            SELECT o.extended_price, o.is_voided, o.is_gift_card, o.tax_included
            FROM analytics.order_lines AS o
            WHERE o.order_id = of_order
            OFFSET 0 -- so that is_voided is computed once for each line
        ) AS l
    ) AS i
    CROSS JOIN (
        SELECT count(*) AS payments, sum(c.subtotal) AS subtotal, sum(c.tax) AS tax, sum(c.tip) AS tips,
            sum(c.rounding) AS rounding, sum(c.amount) AS collected, sum(c.service_charge) AS charges,
            sum(c.discount) AS discounts
        FROM analytics.captured_payments AS c
        WHERE c.order_id = of_order
    ) AS p
    CROSS JOIN (
        SELECT sum(s.amount) AS amount, sum(s.amount) FILTER (WHERE s.gratuity) AS gratuities
        FROM analytics.service_charges AS s
        WHERE s.order_id = of_order AND NOT s.is_replaced AND s.event_ts <= analytics.present()
    ) AS c
    CROSS JOIN (
        -- A discount of a line follows it: that of a voided line counts nowhere, that of a line of unknown price is
        -- unknown, that of a gift card is no discount of sales.
        SELECT count(*) AS events,
            sum(e.amount) FILTER (WHERE e.kind <> 'comp' AND e.is_of_sales) AS discounts,
            sum(e.amount) FILTER (WHERE e.kind = 'comp' AND e.is_of_sales) AS comps,
            sum(e.amount) FILTER (WHERE e.is_of_gift_card) AS of_gift_cards
        FROM (
            SELECT d.amount, d.kind,
                l.order_item_id IS NULL OR (NOT l.is_voided AND NOT l.is_gift_card AND l.extended_price IS NOT NULL)
                    AS is_of_sales,
                NOT l.is_voided AND l.is_gift_card AND l.extended_price IS NOT NULL AS is_of_gift_card
            FROM analytics.order_discounts AS d
            LEFT JOIN analytics.order_lines AS l ON l.order_item_id = d.order_item_id AND l.order_id = d.order_id
            WHERE d.order_id = of_order AND NOT d.is_replaced AND d.event_ts <= analytics.present()
        ) AS e
    ) AS e
    CROSS JOIN LATERAL (
        -- What the producer states only with the payments counts where it sends no event of a discount.
        SELECT
            CASE WHEN i.sold_lines = 0 THEN 0 WHEN e.events > 0 THEN coalesce(e.discounts, 0)
                ELSE coalesce(p.discounts, 0) END AS discounts,
            CASE WHEN i.sold_lines = 0 THEN 0 ELSE coalesce(e.comps, 0) END AS comps,
            i.gift_cards - coalesce(e.of_gift_cards, 0) AS gift_cards
    ) AS d
    CROSS JOIN LATERAL (
        -- The lines cost more than the payments state before tax: that much of the tax is in the prices.
        SELECT CASE WHEN i.tax_included THEN coalesce(least(p.tax, greatest(0,
            i.gross_sales + d.gift_cards - d.discounts - d.comps - (p.subtotal - p.discounts))), 0)
            ELSE 0 END AS included_tax
    ) AS t;
END;

COMMENT ON FUNCTION analytics.bill_of_order(uuid) IS
    'The sums of one bill, in exactly one row, from its lines, discounts, service charges and payments: see analytics.bills. priced_lines is the number of lines of known price, payments that of payments; the money is null while there is none. paid_charges and paid_discounts are as the payments state them.';
