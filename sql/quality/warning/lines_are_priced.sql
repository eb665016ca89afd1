-- dimension: completeness
-- owner: restaurant-operations
-- description: Order lines have a category, a unit price and an extended price; five percent may lack one of them.
-- remedy: Ask the producer of these lines to send the missing fields: menu_performance does not include unknown values.
-- tolerance: 0.05
SELECT
    i.order_item_id,
    i.order_id,
    i.item_name,
    i.category,
    i.unit_price,
    i.extended_price,
    i.category IS NULL OR i.unit_price IS NULL OR i.extended_price IS NULL AS failed
FROM analytics.arrived_events(%(since)s, %(until)s, '{order_item_added}') AS a
JOIN analytics.order_items AS i ON i.order_item_id = a.row_id;
