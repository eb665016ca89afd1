CREATE OR REPLACE FUNCTION analytics.daypart(at timestamptz, time_zone text)
RETURNS text
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
RETURN CASE
    WHEN (at AT TIME ZONE coalesce(time_zone, 'UTC'))::time < '05:00' THEN 'late'
    WHEN (at AT TIME ZONE coalesce(time_zone, 'UTC'))::time < '11:00' THEN 'breakfast'
    WHEN (at AT TIME ZONE coalesce(time_zone, 'UTC'))::time < '16:00' THEN 'lunch'
    WHEN (at AT TIME ZONE coalesce(time_zone, 'UTC'))::time < '22:00' THEN 'dinner'
    ELSE 'late'
END;

COMMENT ON FUNCTION analytics.daypart(timestamptz, text) IS
    'The daypart of an instant, in the time zone of the restaurant (null: UTC): breakfast from 5 o''clock, lunch from 11, dinner from 16, late from 22 to 5.';
