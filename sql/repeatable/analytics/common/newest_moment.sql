CREATE OR REPLACE FUNCTION analytics.newest_moment()
RETURNS timestamptz
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT max(o.business_ts) FROM analytics.orders AS o WHERE o.business_ts <= analytics.present()
$$;

COMMENT ON FUNCTION analytics.newest_moment() IS
    'The business time of the newest order that is not in the future: the end of the time windows of cards and views, so that an old history shows its last days. Null while there is no such order.';
