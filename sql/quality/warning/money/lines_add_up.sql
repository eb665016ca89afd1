-- dimension: integrity
-- owner: restaurant-operations
-- description: The lines of a completed order, less discounts and the tax in them, add up to its subtotal, and are never
--   less than what was paid, apart from rounding.
-- remedy: A line or a payment is missing or wrong: look for it in raw_data.dead_letters, else ask the producer.
-- grace: consistency_grace
SELECT
    o.order_id,
    o.status,
    b.net_sales + b.gift_cards AS lines,
    o.subtotal - b.paid_discounts AS subtotal,
    o.subtotal - b.paid_discounts <> b.net_sales + b.gift_cards
        AND abs(o.subtotal - b.paid_discounts - b.net_sales - b.gift_cards) > analytics.money_threshold('rounding_legal',
            coalesce(o.currency, l.currency, analytics.default_currency()))
        AND (o.subtotal - b.paid_discounts > b.net_sales + b.gift_cards OR o.status = 'completed')
        -- An order with events after this window is checked in the next window.
        AND coalesce(analytics.order_arrived_at(o.order_id) < %(until)s, true) AS failed
FROM analytics.orders AS o
LEFT JOIN analytics.locations AS l ON l.location_code = o.location_code
CROSS JOIN LATERAL analytics.bill_of_order(o.order_id) AS b
WHERE o.subtotal IS NOT NULL
    AND o.order_id IN (
        SELECT a.order_id FROM analytics.arrived_events(%(since)s, %(until)s, NULL) AS a)
    -- Orders without a line, or with a line of unknown price, are not checked.
    AND b.priced_lines > 0 AND b.unpriced_items = 0;
