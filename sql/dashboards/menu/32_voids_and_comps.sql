-- title: Voids and comps
-- chart: table
-- width: half
-- formats: gross_sales money, voids money, void_share percent, comps money, comp_share percent
-- day: analytics.daily_sales.day
-- restaurant: analytics.daily_sales.location_code
-- currency: analytics.daily_sales.currency
-- description: What was taken back, as a share of all that was entered, and what was on the house, as a share of gross sales,
--   which have no voided lines. The 28 business days up to the newest order, or the chosen days.
SELECT
    l.name AS restaurant,
    daily_sales.location_code,
    daily_sales.currency,
    round(sum(gross_sales), analytics.decimals(daily_sales.currency)) AS gross_sales,
    round(sum(voids), analytics.decimals(daily_sales.currency)) AS voids,
    round(100 * sum(voids) / nullif(sum(gross_sales + voids), 0), 2) AS void_share,
    round(sum(comps), analytics.decimals(daily_sales.currency)) AS comps,
    round(100 * sum(comps) / nullif(sum(gross_sales), 0), 2) AS comp_share
FROM analytics.daily_sales
LEFT JOIN analytics.locations AS l ON l.location_code = daily_sales.location_code
WHERE (
    day > (SELECT analytics.newest_business_date()) - 28
    -- Both ends, so that the planner expects a few days.
    AND day <= (SELECT analytics.newest_business_date())
    -- A chosen day replaces this time span.
    [[OR true) AND ({{day}}]]
)
    [[AND {{restaurant}}]]
    [[AND {{currency}}]]
GROUP BY daily_sales.location_code, l.name, daily_sales.currency
ORDER BY
    sum(sum(order_count)) OVER (PARTITION BY daily_sales.currency) DESC,
    daily_sales.currency,
    daily_sales.location_code
LIMIT 50;
