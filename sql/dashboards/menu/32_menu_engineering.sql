-- title: Menu engineering
-- chart: table
-- description: Popularity against margin over the last four weeks of orders. Stars sell well and earn well, plowhorses only
--   sell, puzzles only earn, dogs do neither. Without a cost (menu_item_changed) there is no verdict.
SELECT item_name, category, quadrant, quantity_sold, popularity_share, avg_unit_price, unit_cost, unit_margin, total_margin
FROM analytics.menu_engineering
ORDER BY total_margin DESC NULLS LAST, quantity_sold DESC, item_name
LIMIT 50;
