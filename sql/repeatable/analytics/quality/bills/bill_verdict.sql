CREATE OR REPLACE FUNCTION analytics.bill_verdict(
    captured numeric, stated numeric, tips numeric, cash numeric, parts_gap numeric, payments bigint,
    currency text
)
RETURNS text
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        -- Most bills: without looking up the limits.
        WHEN captured = stated AND parts_gap = 0 AND captured < 'Infinity' THEN 'legal'
        -- NaN is greater than infinity.
        WHEN greatest(captured, stated, parts_gap) >= 'Infinity' THEN 'impossible'
        WHEN parts_gap > limits.most THEN 'impossible'
        -- A tip may be paid by other means than the bill.
        WHEN captured < stated - tips - limits.most * payments THEN 'impossible'
        -- For cash, change is given. A card may capture a tip that the bill does not state.
        WHEN captured > stated + greatest(cash, stated * limits.tip) + limits.most * payments THEN 'impossible'
        WHEN parts_gap > limits.legal OR abs(captured - stated) > limits.legal * payments THEN 'unusual'
        ELSE 'legal'
    END
    FROM (
        SELECT analytics.money_threshold('rounding_legal', bill_verdict.currency) AS legal,
            analytics.money_threshold('rounding_most', bill_verdict.currency) AS most,
            analytics.threshold('unstated_tip_most') AS tip
    ) AS limits
$$;

COMMENT ON FUNCTION analytics.bill_verdict(numeric, numeric, numeric, numeric, numeric, bigint, text) IS
    'Whether the payments of an order are legal, unusual or impossible. captured: the sum of their amounts; stated: of their totals; tips: of their tips; cash: of the amounts in cash; parts_gap: the greatest difference between the parts and the total of one payment; payments: how many there are. The limits are rounding_legal, rounding_most and unstated_tip_most in analytics.thresholds.';
