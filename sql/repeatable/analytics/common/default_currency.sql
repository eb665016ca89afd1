CREATE OR REPLACE FUNCTION analytics.default_currency()
RETURNS text
LANGUAGE sql
STABLE
PARALLEL SAFE
RETURN (SELECT c.currency FROM analytics.currencies AS c WHERE c.is_default);

COMMENT ON FUNCTION analytics.default_currency() IS
    'The currency of restaurants without one, and of amounts whose restaurant is unknown: RESTAURANT_CURRENCY.';
