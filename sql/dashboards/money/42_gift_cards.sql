-- title: Gift cards, sold and redeemed
-- chart: line
-- unit: money
-- x: day
-- y: sold, redeemed
-- series: currency
-- width: full
-- day: analytics.daily_sales.day
-- restaurant: analytics.daily_sales.location_code
-- description: Gift cards that were sold, after their discounts, which are no sales, and what was paid with gift cards. By the
--   business day of the order: the 28 up to the newest order, or the chosen days.
WITH days AS MATERIALIZED (
    SELECT day, location_code, currency, gift_cards
    FROM analytics.daily_sales
    WHERE (
        day > (SELECT analytics.newest_business_date()) - 28
        -- Both ends, so that the planner expects a few days.
        AND day <= (SELECT analytics.newest_business_date())
        -- A chosen day replaces this time span.
        [[OR true) AND ({{day}}]]
    )
        [[AND {{restaurant}}]]
),
moved AS (
    SELECT day, currency, gift_cards AS sold, 0::numeric AS redeemed
    FROM days
    UNION ALL
    SELECT p.day, p.currency, 0, p.amount
    FROM analytics.payment_mix AS p
    WHERE p.day >= (SELECT min(day) FROM days)
        AND p.day <= (SELECT max(day) FROM days)
        AND lower(p.method) = 'gift_card'
        AND EXISTS (SELECT FROM days AS d WHERE d.day = p.day AND d.location_code = p.location_code)
)
SELECT
    day,
    currency,
    round(sum(sold), analytics.decimals(currency)) AS sold,
    round(sum(redeemed), analytics.decimals(currency)) AS redeemed
FROM moved
GROUP BY day, currency
ORDER BY day, currency;
