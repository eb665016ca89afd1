CREATE OR REPLACE FUNCTION analytics.rollup_apply_feedback(upto timestamptz)
RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    WITH c AS MATERIALIZED (
        SELECT d.* FROM analytics.rollup_delta_feedback(upto) AS d
        WHERE NOT EXISTS (
            SELECT FROM analytics.rollup_held_hours AS h
            WHERE h.rollup = 'feedback' AND h.hour = d.hour)
    ), hours AS (
        INSERT INTO analytics.rollup_feedback_hours AS r
        SELECT c.hour, sum(c.feedback_count), sum(c.ratings), sum(c.satisfied), sum(c.nps_count), sum(c.nps_sum),
            sum(c.promoters), sum(c.detractors)
        FROM c
        GROUP BY c.hour
        ON CONFLICT ON CONSTRAINT rollup_feedback_hours_once DO UPDATE SET
            feedback_count = r.feedback_count + excluded.feedback_count,
            ratings = r.ratings + excluded.ratings,
            satisfied = r.satisfied + excluded.satisfied,
            nps_count = r.nps_count + excluded.nps_count,
            nps_sum = r.nps_sum + excluded.nps_sum,
            promoters = r.promoters + excluded.promoters,
            detractors = r.detractors + excluded.detractors
    )
    INSERT INTO analytics.rollup_feedback_days AS r
    SELECT (c.hour AT TIME ZONE 'UTC')::date, sum(c.feedback_count), sum(c.ratings), sum(c.satisfied), sum(c.nps_count),
        sum(c.nps_sum), sum(c.promoters), sum(c.detractors)
    FROM c
    GROUP BY (c.hour AT TIME ZONE 'UTC')::date
    ON CONFLICT ON CONSTRAINT rollup_feedback_days_once DO UPDATE SET
        feedback_count = r.feedback_count + excluded.feedback_count,
        ratings = r.ratings + excluded.ratings,
        satisfied = r.satisfied + excluded.satisfied,
        nps_count = r.nps_count + excluded.nps_count,
        nps_sum = r.nps_sum + excluded.nps_sum,
        promoters = r.promoters + excluded.promoters,
        detractors = r.detractors + excluded.detractors;
$$;

COMMENT ON FUNCTION analytics.rollup_apply_feedback(timestamptz) IS
    'Part of refresh_rollups(): adds rollup_delta_feedback() before an instant to the rollups, except held hours.';
