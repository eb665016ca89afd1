CREATE OR REPLACE FUNCTION analytics.health_of_quality()
RETURNS TABLE (component text, status text, details jsonb)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH blocked AS (
        SELECT
            coalesce(bool_or(b.location_code IS NULL AND b.business_date IS NULL), false) AS everything,
            count(DISTINCT (b.location_code, b.business_date)) AS days,
            min(b.failing_since) AS since,
            (jsonb_agg(jsonb_build_object('rule', b.rule, 'location_code', b.location_code,
                'business_date', b.business_date, 'failed', b.failed, 'since', b.failing_since)
                ORDER BY b.failing_since, b.rule, b.location_code, b.business_date)) AS list
        FROM analytics.data_quality_blocking AS b
    ),
    verdicts AS (
        SELECT
            CASE
                WHEN everything THEN 'error everything_blocked'
                WHEN days > 0 THEN 'warn days_blocked'
                ELSE 'ok nothing_blocked'
            END AS verdict,
            jsonb_build_object('blocked_days', days, 'blocked_since', since,
                'blocked', jsonb_path_query_array(list, '$[0 to 9]')) AS facts
        FROM blocked
    )
    SELECT
        'quality',
        split_part(v.verdict, ' ', 1),
        jsonb_strip_nulls(v.facts || jsonb_build_object('reason', split_part(v.verdict, ' ', 2),
            'remedy', analytics.remedy('quality', split_part(v.verdict, ' ', 2))))
    FROM verdicts AS v
$$;

COMMENT ON FUNCTION analytics.health_of_quality() IS
    'The component quality of health_check(): what critical rules of data quality block. warn when restaurants and business days are blocked, with ten of them; error when everything is.';
