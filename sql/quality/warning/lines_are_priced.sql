-- dimension: completeness
-- owner: restaurant-operations
-- description: Lines of orders tell their category, unit price and extended price; five in a hundred may not know one.
-- remedy: Ask the producer whose lines these are to send the missing fields: what is unknown is left out of menu_performance.
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
