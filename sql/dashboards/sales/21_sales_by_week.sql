-- title: Sales by week
-- chart: bar
-- unit: money
-- x: week
-- y: net_sales
-- series: currency
-- formats: gross_sales money
-- tab: Time
-- day: analytics.daily_sales.day
-- restaurant: analytics.daily_sales.location_code
-- currency: analytics.daily_sales.currency
-- description: Net sales of the weeks that begin on Monday, and from how many days they are. The 12 weeks up to the newest
--   order, or the chosen days: a week of which only some days are chosen has only these.
SELECT
    date_trunc('week', day)::date AS week,
    currency,
    round(sum(net_sales), analytics.decimals(currency)) AS net_sales,
    round(sum(gross_sales), analytics.decimals(currency)) AS gross_sales,
    sum(order_count)::bigint AS orders,
    count(DISTINCT day) AS days
FROM analytics.daily_sales
WHERE (
    day >= date_trunc('week', (SELECT analytics.newest_business_date()) - 77)::date
    -- Both ends, so that the planner expects a few days.
    AND day <= (SELECT analytics.newest_business_date())
    -- A chosen day replaces this time span.
    [[OR true) AND ({{day}}]]
)
    [[AND {{restaurant}}]]
    [[AND {{currency}}]]
GROUP BY date_trunc('week', day)::date, currency
ORDER BY week, currency;
