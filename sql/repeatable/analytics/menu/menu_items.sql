CREATE OR REPLACE VIEW analytics.menu_items AS
SELECT
    menu_item_id,
    name,
    category,
    price,
    cost,
    changed_ts AS valid_from,
    lead(changed_ts) OVER changes AS valid_to,
    -- An event may announce a version before it begins.
    changed_ts <= analytics.present() AND coalesce(lead(changed_ts) OVER changes > analytics.present(), true)
        AS is_current,
    coalesce(currency, (SELECT analytics.default_currency())) AS currency
FROM analytics.menu_item_changes
WINDOW changes AS (PARTITION BY menu_item_id ORDER BY changed_ts);

COMMENT ON VIEW analytics.menu_items IS
    'The versions of each menu item (slowly changing dimension, type 2), in whatever order its changes came. One row per version, valid from valid_from until just before valid_to.';
COMMENT ON COLUMN analytics.menu_items.menu_item_id IS 'The item, as in order_items.';
COMMENT ON COLUMN analytics.menu_items.name IS 'Its name.';
COMMENT ON COLUMN analytics.menu_items.category IS 'Its category; null means unknown.';
COMMENT ON COLUMN analytics.menu_items.price IS 'Its price on the menu; null means unknown.';
COMMENT ON COLUMN analytics.menu_items.cost IS 'What one unit costs to make; null means unknown, never free.';
COMMENT ON COLUMN analytics.menu_items.valid_from IS 'When the version began (UTC).';
COMMENT ON COLUMN analytics.menu_items.valid_to IS 'When the next version began; null where there is none.';
COMMENT ON COLUMN analytics.menu_items.is_current IS 'Whether it is valid now: at most one version of each item.';
COMMENT ON COLUMN analytics.menu_items.currency IS 'The currency of price and cost: the one that the change states, or else the default.';
