CREATE OR REPLACE VIEW analytics.menu_items AS
SELECT
    menu_item_id,
    name,
    category,
    price,
    cost,
    changed_ts AS valid_from,
    lead(changed_ts) OVER changes AS valid_to,
    -- A version may be told of before it begins.
    changed_ts <= statement_timestamp() AND coalesce(lead(changed_ts) OVER changes > statement_timestamp(), true)
        AS is_current
FROM analytics.menu_item_changes
WINDOW changes AS (PARTITION BY menu_item_id ORDER BY changed_ts);

COMMENT ON VIEW analytics.menu_items IS
    'The menu through time (slowly changing dimension, type 2): one row a version of an item, right in whatever order its changes came. A version is valid from valid_from up to, but not including, valid_to.';
COMMENT ON COLUMN analytics.menu_items.menu_item_id IS 'The item, as in order_items.';
COMMENT ON COLUMN analytics.menu_items.name IS 'What it was called.';
COMMENT ON COLUMN analytics.menu_items.category IS 'Its category; null means unknown.';
COMMENT ON COLUMN analytics.menu_items.price IS 'Its price on the menu; null means unknown.';
COMMENT ON COLUMN analytics.menu_items.cost IS 'What one cost to make; null means unknown, never nothing.';
COMMENT ON COLUMN analytics.menu_items.valid_from IS 'When the version began (UTC).';
COMMENT ON COLUMN analytics.menu_items.valid_to IS 'When the next one began; null where there is none.';
COMMENT ON COLUMN analytics.menu_items.is_current IS 'Whether it is valid now: one version of each item at most.';
