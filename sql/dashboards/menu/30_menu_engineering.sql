-- title: Menu engineering
-- chart: scatter
-- unit: money
-- x: popularity_share
-- y: unit_margin
-- series: quadrant
-- formats: popularity_share percent, avg_unit_price money, unit_cost money, total_margin money
-- width: full
-- currency: analytics.menu_engineering.currency
-- description: Popularity and margin over the last four weeks of orders. Stars are popular and profitable, plowhorses
--   only popular, puzzles only profitable, dogs neither. Items of unknown cost (menu_item_changed) have no quadrant.
SELECT item_name, category, currency, quadrant, quantity_sold, popularity_share, avg_unit_price, unit_cost, unit_margin, total_margin
FROM analytics.menu_engineering
WHERE true
    [[AND {{currency}}]]
ORDER BY sum(quantity_sold) OVER (PARTITION BY currency) DESC, currency, total_margin DESC NULLS LAST, quantity_sold DESC, item_name
LIMIT 50;
