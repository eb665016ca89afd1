CREATE OR REPLACE FUNCTION analytics.business_date(at timestamptz, time_zone text, close_out time)
RETURNS date
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
RETURN ((at AT TIME ZONE coalesce(time_zone, 'UTC')) - coalesce(close_out, '00:00')::interval)::date;

COMMENT ON FUNCTION analytics.business_date(timestamptz, text, time) IS
    'The day to which a restaurant with this clock and close-out counts an instant. Nulls mean UTC and midnight.';
