-- title: Unknown values
-- chart: table
-- description: How many values are unknown, over all time. Unknown values are counted and never replaced by zero.
WITH lines AS (
    SELECT
        coalesce(sum(unpriced_items), 0) AS without_price,
        coalesce(sum(times_ordered) FILTER (WHERE category IS NULL), 0) AS without_category,
        coalesce(sum(times_ordered) FILTER (WHERE item_name = 'NONE'), 0) AS named_none,
        coalesce(sum(times_ordered), 0) AS all_of_them
    FROM analytics.menu_performance
),
orders AS (
    SELECT coalesce(sum(unpaid_orders), 0) AS unpaid, coalesce(sum(orders), 0) AS all_of_them
    FROM analytics.store_performance
),
feedback AS (
    SELECT coalesce(sum(feedback_count - nps_count), 0) AS silent, coalesce(sum(feedback_count), 0) AS all_of_them
    FROM analytics.satisfaction_summary
)
SELECT counted.what, counted.unknown::bigint AS unknown, counted.out_of::bigint AS out_of
FROM lines, orders, feedback, LATERAL (VALUES
    (1, 'Lines without a price', lines.without_price, lines.all_of_them),
    (2, 'Lines without a category', lines.without_category, lines.all_of_them),
    (3, 'Lines whose item is NONE', lines.named_none, lines.all_of_them),
    (4, 'Orders without a payment', orders.unpaid, orders.all_of_them),
    (5, 'Feedback without an answer on recommending', feedback.silent, feedback.all_of_them)
) AS counted (place, what, unknown, out_of)
ORDER BY counted.place;
