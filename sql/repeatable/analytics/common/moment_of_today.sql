CREATE OR REPLACE FUNCTION analytics.moment_of_today()
RETURNS timestamptz
LANGUAGE sql
STABLE
PARALLEL SAFE
RETURN (
    SELECT CASE WHEN n.newest > analytics.present() - interval '7 days' THEN analytics.present() ELSE n.newest END
    FROM (SELECT analytics.newest_moment() AS newest) AS n
);

COMMENT ON FUNCTION analytics.moment_of_today() IS
    'The instant up to which the figures of today count: now, or the newest order of a history that ended more than a week ago. Null while there is no order.';
