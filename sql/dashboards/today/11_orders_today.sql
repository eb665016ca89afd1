-- title: Orders today
-- chart: scalar
-- unit: count
-- y: orders
-- compare: orders_last_week
-- formats: orders_last_week count
-- restaurant: analytics.sales_today.location_code
-- service: analytics.sales_today.service_type
-- currency: analytics.sales_today.currency
-- description: Orders of the business day so far, without cancelled ones. Compared with the same weekday last week, up to the
--   same time of the business day.
SELECT
    coalesce(sum(orders), 0)::bigint AS orders,
    coalesce(sum(orders_last_week), 0)::bigint AS orders_last_week,
    max(day) AS day,
    coalesce(sum(orders - paid_orders), 0)::bigint AS unpaid_orders
FROM analytics.sales_today
WHERE true
    [[AND {{restaurant}}]]
    [[AND {{service}}]]
    [[AND {{currency}}]];
