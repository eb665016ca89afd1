CREATE OR REPLACE FUNCTION analytics.rollup_delta_feedback(before timestamptz DEFAULT 'infinity')
RETURNS TABLE (
    hour timestamptz, feedback_count bigint, ratings bigint, satisfied bigint,
    nps_count bigint, nps_sum bigint, promoters bigint, detractors bigint
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
ROWS 50
AS $$
DECLARE
    mark timestamptz;
BEGIN
    SELECT w.closed_before INTO STRICT mark FROM analytics.rollup_watermark AS w;
    RETURN QUERY
    WITH stale AS MATERIALIZED (
        SELECT DISTINCT i.hour
        FROM analytics.rollup_invalidations AS i
        WHERE i.rollup = 'feedback' AND i.hour < mark AND i.hour < before
    ), live AS (
        SELECT f.created_ts, f.rating, f.nps
        FROM analytics.feedback AS f
        WHERE f.created_ts >= mark AND f.created_ts < before AND f.created_ts <= analytics.present()
        UNION ALL
        SELECT f.*
        FROM stale AS s
        CROSS JOIN LATERAL (
            SELECT f.created_ts, f.rating, f.nps
            FROM analytics.feedback AS f
            WHERE f.created_ts >= s.hour AND f.created_ts < s.hour + interval '1 hour'
                AND f.created_ts <= analytics.present()
            OFFSET 0
        ) AS f
    )
    SELECT date_trunc('hour', f.created_ts, 'UTC'), count(*), sum(f.rating), count(*) FILTER (WHERE f.rating >= 4),
        count(f.nps), coalesce(sum(f.nps), 0), count(*) FILTER (WHERE f.nps >= 9), count(*) FILTER (WHERE f.nps <= 6)
    FROM live AS f
    GROUP BY date_trunc('hour', f.created_ts, 'UTC')
    UNION ALL
    SELECT r.hour, -r.feedback_count, -r.ratings, -r.satisfied, -r.nps_count, -r.nps_sum, -r.promoters, -r.detractors
    FROM stale AS s
    JOIN analytics.rollup_feedback_hours AS r ON r.hour = s.hour;
END
$$;

COMMENT ON FUNCTION analytics.rollup_delta_feedback(timestamptz) IS
    'What must be added to rollup_feedback_hours to get the feedback of now: see rollup_diff_sales.';
