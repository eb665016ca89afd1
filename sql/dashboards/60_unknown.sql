-- title: What the data do not say
-- chart: table
-- description: Unknown values are counted, never replaced by zero. Over all time.
SELECT
    'Lines without a price' AS what,
    coalesce(sum(unpriced_items), 0)::bigint AS unknown,
    coalesce(sum(times_ordered), 0)::bigint AS out_of
FROM analytics.menu_performance
UNION ALL
SELECT
    'Lines without a category',
    coalesce(sum(times_ordered) FILTER (WHERE category IS NULL), 0)::bigint,
    coalesce(sum(times_ordered), 0)::bigint
FROM analytics.menu_performance
UNION ALL
SELECT
    'Lines whose item is NONE',
    coalesce(sum(times_ordered) FILTER (WHERE item_name = 'NONE'), 0)::bigint,
    coalesce(sum(times_ordered), 0)::bigint
FROM analytics.menu_performance
UNION ALL
SELECT
    'Orders without a payment',
    coalesce(sum(unpaid_orders), 0)::bigint,
    coalesce(sum(order_count), 0)::bigint
FROM analytics.daily_sales
UNION ALL
SELECT
    'Feedback without an answer on recommending',
    coalesce(sum(feedback_count - nps_count), 0)::bigint,
    coalesce(sum(feedback_count), 0)::bigint
FROM analytics.satisfaction_summary;
