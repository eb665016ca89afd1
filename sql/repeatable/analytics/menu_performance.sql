CREATE OR REPLACE VIEW analytics.menu_performance AS
SELECT
    i.category,
    i.item_name,
    count(*) AS times_ordered,
    sum(i.qty) AS total_quantity_sold,
    sum(i.extended_price) AS total_revenue,
    round(avg(i.unit_price), 2) AS avg_unit_price,
    round(avg(i.extended_price), 2) AS avg_extended_price,
    count(*) FILTER (WHERE i.extended_price IS NULL) AS unpriced_items
FROM analytics.order_items AS i
LEFT JOIN analytics.orders AS o ON o.order_id = i.order_id
WHERE o.status IS DISTINCT FROM 'cancelled'
GROUP BY i.category, i.item_name;

COMMENT ON VIEW analytics.menu_performance IS
    'What sells, over all time: one row an item of the menu. Lines of cancelled orders are left out; lines whose order is not known yet are in. Nothing is renamed: an item called NONE is what some tills write where no item was recorded, and it stays a row of its own, to be filtered by whoever does not want it.';
COMMENT ON COLUMN analytics.menu_performance.category IS 'The category; null where the producer does not say it, a group of its own.';
COMMENT ON COLUMN analytics.menu_performance.item_name IS 'The item, as the producer names it.';
COMMENT ON COLUMN analytics.menu_performance.times_ordered IS 'Order lines.';
COMMENT ON COLUMN analytics.menu_performance.total_quantity_sold IS 'Units.';
COMMENT ON COLUMN analytics.menu_performance.total_revenue IS
    'Sum of the lines whose price is known; null when none is. unpriced_items says how many lines it leaves out.';
COMMENT ON COLUMN analytics.menu_performance.avg_unit_price IS 'Mean price of one over the lines that know it, to the cent; null when none does.';
COMMENT ON COLUMN analytics.menu_performance.avg_extended_price IS 'Mean price of a line over those that know it, to the cent; null when none does.';
COMMENT ON COLUMN analytics.menu_performance.unpriced_items IS 'Lines whose price is unknown, which is not the same as free.';
