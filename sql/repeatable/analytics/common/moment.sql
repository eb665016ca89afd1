CREATE OR REPLACE FUNCTION analytics.moment(literal text)
RETURNS timestamptz
LANGUAGE sql
STABLE
PARALLEL SAFE
RETURN regexp_replace(literal, '(\.\d{6})\d+', '\1')::timestamptz
    + (literal ~ '\.\d{6}[5-9]')::integer * interval '1 microsecond';

COMMENT ON FUNCTION analytics.moment(text) IS
    'An RFC 3339 timestamp of a payload, as ingestion reads it: in microseconds, rounded up from a seventh decimal of 5.';
