-- dimension: enumeration
-- owner: restaurant-operations
-- description: Restaurants with orders are in analytics.locations, as soon as any restaurant is.
-- remedy: Enter the restaurant with its time zone and close-out (./stack locations FILE, or python -m sql locations FILE),
--   otherwise its business days are UTC days.
SELECT
    o.order_id,
    o.location_code,
    o.order_ts,
    NOT EXISTS (SELECT FROM analytics.locations AS l WHERE l.location_code = o.location_code) AS failed
FROM analytics.arrived_events(%(since)s, %(until)s, '{order_created}') AS a
JOIN analytics.orders AS o ON o.order_id = a.row_id
WHERE EXISTS (SELECT FROM analytics.locations);
