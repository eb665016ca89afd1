CREATE OR REPLACE VIEW analytics.sold_items AS
SELECT
    i.order_item_id,
    i.order_id,
    o.order_ts,
    o.location_code,
    o.service_type,
    o.status,
    i.menu_item_id,
    i.item_name,
    i.category,
    i.unit_price,
    i.qty,
    i.extended_price,
    m.name AS menu_name,
    m.category AS menu_category,
    m.price AS menu_price,
    m.cost AS menu_cost,
    m.changed_ts AS menu_valid_from,
    CASE WHEN m.currency = coalesce(i.currency, o.currency) THEN i.qty * m.cost END AS cost,
    CASE WHEN m.currency = coalesce(i.currency, o.currency) THEN i.extended_price - i.qty * m.cost END AS margin,
    o.business_ts,
    coalesce(i.currency, o.currency) AS currency,
    m.currency AS menu_currency
FROM analytics.order_lines AS i
JOIN analytics.due_orders AS o ON o.order_id = i.order_id
LEFT JOIN LATERAL (
    -- By the primary key of the changes: the cost does not depend on the number of versions.
    SELECT c.name, c.category, c.price, c.cost, c.changed_ts,
        coalesce(c.currency, (SELECT analytics.default_currency())) AS currency
    FROM analytics.menu_item_changes AS c
    WHERE c.menu_item_id = i.menu_item_id AND c.changed_ts <= o.business_ts
    ORDER BY c.changed_ts DESC
    LIMIT 1
) AS m ON true
WHERE o.status <> 'cancelled' AND NOT i.is_voided AND NOT i.is_gift_card;

COMMENT ON VIEW analytics.sold_items IS
    'What was sold, with the menu as it was at the business time of the order: one row per order line. Without lines of cancelled orders, voided lines, gift cards, and lines whose order is not known yet. The columns of the menu are null for a line without a menu_item_id, and for a time before the item''s first version.';
COMMENT ON COLUMN analytics.sold_items.order_item_id IS 'The line.';
COMMENT ON COLUMN analytics.sold_items.order_id IS 'Its order.';
COMMENT ON COLUMN analytics.sold_items.order_ts IS
    'When the guest ordered (UTC).';
COMMENT ON COLUMN analytics.sold_items.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.sold_items.service_type IS 'The service type: see analytics.orders.';
COMMENT ON COLUMN analytics.sold_items.status IS 'The status of the order, never cancelled.';
COMMENT ON COLUMN analytics.sold_items.menu_item_id IS 'The item of the menu, where known.';
COMMENT ON COLUMN analytics.sold_items.item_name IS 'What was ordered, as the line names it.';
COMMENT ON COLUMN analytics.sold_items.category IS 'Its category, as the line names it; null means unknown.';
COMMENT ON COLUMN analytics.sold_items.unit_price IS 'Unit price, as sold; null means unknown.';
COMMENT ON COLUMN analytics.sold_items.qty IS 'How many.';
COMMENT ON COLUMN analytics.sold_items.extended_price IS 'Price of the line, as sold; null means unknown.';
COMMENT ON COLUMN analytics.sold_items.menu_name IS 'Its name on the menu at that time.';
COMMENT ON COLUMN analytics.sold_items.menu_category IS 'Its category on the menu at that time.';
COMMENT ON COLUMN analytics.sold_items.menu_price IS 'Its price on the menu at that time.';
COMMENT ON COLUMN analytics.sold_items.menu_cost IS 'What one unit cost to make at that time.';
COMMENT ON COLUMN analytics.sold_items.menu_valid_from IS
    'Identifies the version of the menu item: menu_items.valid_from.';
COMMENT ON COLUMN analytics.sold_items.cost IS 'qty times menu_cost; null means unknown.';
COMMENT ON COLUMN analytics.sold_items.margin IS
    'extended_price minus cost, before tax and refunds; null where either is unknown.';
COMMENT ON COLUMN analytics.sold_items.business_ts IS
    'The business time of the order: scheduled_for, or else order_ts. The version of the menu is that of this instant. Filter by this column: it has an index.';
COMMENT ON COLUMN analytics.sold_items.currency IS 'The currency of unit_price, extended_price, cost and margin: the one that the line states, or else that of the order.';
COMMENT ON COLUMN analytics.sold_items.menu_currency IS 'The currency of menu_price and menu_cost. Cost and margin are null where it is another one than that of the line.';
