CREATE OR REPLACE FUNCTION analytics.share_of_sum(
    amount numeric, weight numeric, weight_upto numeric, weights numeric, lines_upto bigint, lines bigint,
    decimals integer
)
RETURNS numeric
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
RETURN CASE
    WHEN amount = 0 THEN 0
    WHEN weights > 0 THEN
        round(amount * weight_upto / weights, decimals) - round(amount * (weight_upto - weight) / weights, decimals)
    ELSE round(amount * lines_upto / lines, decimals) - round(amount * (lines_upto - 1) / lines, decimals)
END;

COMMENT ON FUNCTION analytics.share_of_sum(numeric, numeric, numeric, numeric, bigint, bigint, integer) IS
    'The share of one line in an amount, by its weight, or in equal parts where no line has one. weight_upto and lines_upto are the sums up to this line. The shares of all lines add up to the amount, to the last of the decimals.';
