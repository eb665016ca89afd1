CREATE OR REPLACE VIEW analytics.order_lines AS
SELECT
    i.order_item_id,
    i.order_id,
    i.menu_item_id,
    i.category,
    i.item_name,
    i.unit_price,
    i.qty,
    i.extended_price,
    i.parent_item_id,
    i.event_ts,
    coalesce(i.tax_included, false) AS tax_included,
    coalesce(i.kind = 'gift_card', false) AS is_gift_card,
    i.is_replaced OR v.order_item_id IS NOT NULL OR (
        i.parent_item_id IS NOT NULL
        -- Most orders have nothing that is void: for these the parents are not looked up.
        AND (EXISTS (SELECT FROM analytics.order_item_voids AS a WHERE a.order_id = i.order_id)
            OR EXISTS (SELECT FROM analytics.order_items AS r WHERE r.order_id = i.order_id AND r.is_replaced))
        AND analytics.is_part_of_voided(i.parent_item_id, i.order_id)
    ) AS is_voided,
    i.currency
FROM analytics.order_items AS i
LEFT JOIN analytics.order_item_voids AS v
    ON v.order_item_id = i.order_item_id AND v.order_id = i.order_id AND NOT v.is_replaced
        AND v.voided_ts <= analytics.present()
WHERE i.event_ts <= analytics.present();

COMMENT ON VIEW analytics.order_lines IS
    'Every order line, from its time on, and whether it was voided: by a void, because a snapshot of its order no longer has it, or with the line that it is a part of.';
COMMENT ON COLUMN analytics.order_lines.order_item_id IS 'The line.';
COMMENT ON COLUMN analytics.order_lines.order_id IS 'Its order.';
COMMENT ON COLUMN analytics.order_lines.menu_item_id IS 'The item of the menu, where known.';
COMMENT ON COLUMN analytics.order_lines.category IS 'Its category; null means unknown.';
COMMENT ON COLUMN analytics.order_lines.item_name IS 'What was ordered, as the producer names it.';
COMMENT ON COLUMN analytics.order_lines.unit_price IS 'Unit price; null means unknown.';
COMMENT ON COLUMN analytics.order_lines.qty IS 'How many.';
COMMENT ON COLUMN analytics.order_lines.extended_price IS 'Price of the line; null means unknown.';
COMMENT ON COLUMN analytics.order_lines.parent_item_id IS
    'The line that it belongs to; null where it stands alone.';
COMMENT ON COLUMN analytics.order_lines.event_ts IS 'The ts of the event that wrote the line.';
COMMENT ON COLUMN analytics.order_lines.tax_included IS 'Whether its price contains the tax.';
COMMENT ON COLUMN analytics.order_lines.is_gift_card IS
    'Whether it is a gift card: a liability and no revenue.';
COMMENT ON COLUMN analytics.order_lines.is_voided IS
    'Whether it was taken back: then it counts nowhere except in the voids.';
COMMENT ON COLUMN analytics.order_lines.currency IS 'The currency of its prices, as the line states it; null where it states none: then that of the order.';
