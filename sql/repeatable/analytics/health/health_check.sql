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
    ) AS h
    ORDER BY array_position(
        ARRAY['database', 'freshness', 'lag', 'dead_letters', 'gaps', 'partitions', 'lease', 'rollups'], h.component)
$$;

COMMENT ON FUNCTION analytics.health_check() IS
    'How the warehouse is, one row a component: database, freshness, lag, dead_letters, gaps, partitions, lease, rollups. status is ok, warn or error; details has the figures, a reason, and a remedy unless all is well. The lines are drawn in analytics.thresholds.';
