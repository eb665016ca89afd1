-- Indexes for two cards: whether a guest has ordered before is looked up guest by guest, and modifiers order by order.

-- Writers wait from the first of their tables on.
LOCK TABLE raw_data.event_ids IN SHARE ROW EXCLUSIVE MODE;

CREATE INDEX orders_customer_business_ts ON analytics.orders (customer_id, business_ts) WHERE customer_id IS NOT NULL;
CREATE INDEX order_items_parts ON analytics.order_items (order_id) WHERE parent_item_id IS NOT NULL;
