CREATE OR REPLACE FUNCTION analytics.business_date(at timestamptz, time_zone text, close_out time)
RETURNS date
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
RETURN ((at AT TIME ZONE coalesce(time_zone, 'UTC')) - coalesce(close_out, '00:00')::interval)::date;

COMMENT ON FUNCTION analytics.business_date(timestamptz, text, time) IS
    'The business day of an instant, for a restaurant with this time zone and close-out. Null means UTC and midnight.';
