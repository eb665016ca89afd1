-- title: Guests today
-- chart: scalar
-- unit: count
-- y: guests
-- compare: guests_last_week
-- formats: guests_last_week count
-- restaurant: analytics.sales_today.location_code
-- service: analytics.sales_today.service_type
-- currency: analytics.sales_today.currency
-- description: Guests of the orders that state how many; unknown when none does. Compared with the same weekday last week, up
--   to the same time of the business day.
SELECT
    sum(guests)::bigint AS guests,
    sum(guests_last_week)::bigint AS guests_last_week,
    max(day) AS day
FROM analytics.sales_today
WHERE true
    [[AND {{restaurant}}]]
    [[AND {{service}}]]
    [[AND {{currency}}]];
