CREATE OR REPLACE FUNCTION {schema}.partition_limits(OUT oldest timestamptz, OUT newest timestamptz)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT timestamptz '2000-01-01 00:00:00+00', date_trunc('year', now(), 'UTC') + interval '2 years 11 months'
$$;

COMMENT ON FUNCTION {schema}.partition_limits() IS
    'The first and the last month that may have a partition. Events outside of them come from a wrong clock, and stay in the default partition.';
