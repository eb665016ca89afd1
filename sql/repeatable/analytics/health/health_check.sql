CREATE OR REPLACE FUNCTION analytics.health_check()
RETURNS TABLE (component text, status text, details jsonb)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT h.component, h.status, h.details
    FROM (
        SELECT * FROM analytics.health_of_storage()
        UNION ALL
        SELECT * FROM analytics.health_of_streams()
        UNION ALL
        SELECT * FROM analytics.health_of_quality()
    ) AS h
    ORDER BY array_position(
        ARRAY['database', 'freshness', 'lag', 'dead_letters', 'gaps', 'partitions', 'lease', 'rollups', 'quality'], h.component)
$$;

COMMENT ON FUNCTION analytics.health_check() IS
    'The state of the warehouse, one row per component: database, freshness, lag, dead_letters, gaps, partitions, lease, rollups, quality. status is ok, warn or error. details has the figures, a reason, and a remedy when status is not ok. The limits are in analytics.thresholds.';
