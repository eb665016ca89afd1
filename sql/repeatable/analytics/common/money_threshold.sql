CREATE OR REPLACE FUNCTION analytics.money_threshold(name text, currency text)
RETURNS numeric
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(
        (SELECT t.value FROM analytics.currency_thresholds AS t
         WHERE t.name = money_threshold.name AND t.currency = money_threshold.currency),
        analytics.threshold(money_threshold.name) * power(10::numeric, 2 - analytics.decimals(money_threshold.currency)))
$$;

COMMENT ON FUNCTION analytics.money_threshold(text, text) IS
    'A threshold of money in a currency: its value in analytics.currency_thresholds, or else as many of the smallest units as analytics.thresholds has hundredths. 0.05 is 5 cents, 5 yen, and 0.005 dinars of Kuwait.';
