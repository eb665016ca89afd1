CREATE OR REPLACE VIEW analytics.menu_engineering AS
WITH back AS (
    SELECT date_trunc('hour', analytics.newest_moment(), 'UTC')
        - analytics.threshold('menu_engineering_days') * interval '1 day' AS since
), parts AS (
    SELECT r.category, r.item_name, r.times_ordered, r.quantity, r.priced_lines, r.revenue, r.unit_priced_lines, r.unit_prices,
        r.currency
    FROM analytics.rollup_menu_hours AS r
    -- The second condition is always true. With both ends the planner expects a small range and uses the index.
    WHERE r.hour > (SELECT since FROM back) AND r.hour < 'infinity'
    UNION ALL
    SELECT c.category, c.item_name, c.times_ordered, c.quantity, c.priced_lines, c.revenue, c.unit_priced_lines, c.unit_prices,
        c.currency
    FROM analytics.rollup_diff_menu() AS c
    WHERE c.hour > (SELECT since FROM back)
), sold AS (
    SELECT category, item_name, currency, sum(quantity) AS quantity,
        CASE WHEN sum(priced_lines) > 0 THEN sum(revenue) END AS revenue,
        coalesce(sum(unit_prices) / nullif(sum(unit_priced_lines), 0),
            CASE WHEN sum(priced_lines) = sum(times_ordered) THEN sum(revenue) / nullif(sum(quantity), 0) END) AS price
    FROM parts
    GROUP BY category, item_name, currency
    HAVING sum(times_ordered) > 0
), menu AS (
    SELECT DISTINCT ON (c.name, currency) c.name, c.cost,
        coalesce(c.currency, (SELECT analytics.default_currency())) AS currency
    FROM analytics.menu_item_changes AS c
    WHERE c.changed_ts <= analytics.present() -- an event may announce a version before it begins
    ORDER BY c.name, currency, c.changed_ts DESC, c.menu_item_id
), costed AS (
    SELECT s.*, m.cost, s.price - m.cost AS margin, s.quantity / sum(s.quantity) OVER of_currency AS share,
        count(*) OVER of_currency AS items
    FROM sold AS s
    LEFT JOIN menu AS m ON m.name = s.item_name AND m.currency = s.currency
    WINDOW of_currency AS (PARTITION BY s.currency)
), classified AS (
    SELECT c.*, c.share >= 0.7 / c.items AS is_popular,
        c.margin >= sum(c.margin * c.quantity) OVER of_currency
            / nullif(sum(c.quantity) FILTER (WHERE c.margin IS NOT NULL) OVER of_currency, 0) AS is_profitable
    FROM costed AS c
    WINDOW of_currency AS (PARTITION BY c.currency)
)
SELECT
    category,
    item_name,
    quantity AS quantity_sold,
    revenue,
    round(price, analytics.decimals(currency)) AS avg_unit_price,
    cost AS unit_cost,
    round(margin, analytics.decimals(currency)) AS unit_margin,
    round(margin * quantity, analytics.decimals(currency)) AS total_margin,
    round(100 * share, 2) AS popularity_share,
    is_popular,
    is_profitable,
    CASE
        WHEN is_popular AND is_profitable THEN 'star'
        WHEN is_popular AND NOT is_profitable THEN 'plowhorse'
        WHEN NOT is_popular AND is_profitable THEN 'puzzle'
        WHEN NOT is_popular AND NOT is_profitable THEN 'dog'
    END AS quadrant,
    currency
FROM classified;

COMMENT ON VIEW analytics.menu_engineering IS
    'Popularity and margin of each item sold in the menu_engineering_days (analytics.thresholds) before the newest order (newest_moment()), at today''s cost. Sales count as in menu_performance. sold_items has the cost at the time of each sale.';
COMMENT ON COLUMN analytics.menu_engineering.category IS 'The category; null where the producer does not send it.';
COMMENT ON COLUMN analytics.menu_engineering.item_name IS 'The item, as the producer names it.';
COMMENT ON COLUMN analytics.menu_engineering.quantity_sold IS 'Units sold.';
COMMENT ON COLUMN analytics.menu_engineering.revenue IS 'Sum over the lines of known price; null when there is none.';
COMMENT ON COLUMN analytics.menu_engineering.avg_unit_price IS 'Mean unit price, to the cent; null when unknown.';
COMMENT ON COLUMN analytics.menu_engineering.unit_cost IS
    'Unit cost in the newest version of the menu item of that name; null when unknown.';
COMMENT ON COLUMN analytics.menu_engineering.unit_margin IS 'avg_unit_price minus unit_cost.';
COMMENT ON COLUMN analytics.menu_engineering.total_margin IS 'unit_margin times quantity_sold.';
COMMENT ON COLUMN analytics.menu_engineering.popularity_share IS 'Percentage of all units sold.';
COMMENT ON COLUMN analytics.menu_engineering.is_popular IS
    'Whether popularity_share is at least seven tenths of an equal share.';
COMMENT ON COLUMN analytics.menu_engineering.is_profitable IS
    'Whether unit_margin is at least the mean margin of all units with a known margin; null where it is unknown.';
COMMENT ON COLUMN analytics.menu_engineering.quadrant IS
    'star (popular, profitable), plowhorse (popular only), puzzle (profitable only) or dog (neither); null where the margin is unknown.';
COMMENT ON COLUMN analytics.menu_engineering.currency IS 'The currency of its amounts, as in menu_performance. Items are compared with those of this currency.';
