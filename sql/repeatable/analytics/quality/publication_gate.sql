CREATE OR REPLACE FUNCTION analytics.publication_gate()
RETURNS void
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    rules text;
    remedies text;
BEGIN
    SELECT
        string_agg(format('%s (%s of %s rows, owner %s)', b.rule, b.failed, b.checked, b.owner), ', ' ORDER BY b.rule),
        string_agg(format('%s: %s', b.rule, b.remedy), ' ' ORDER BY b.rule)
    INTO rules, remedies
    FROM analytics.data_quality_blocking AS b
    WHERE b.location_code IS NULL AND b.business_date IS NULL;
    IF rules IS NOT NULL THEN
        RAISE EXCEPTION 'Nothing is published while a critical rule fails whose result names no restaurant and no day: %', rules
            USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = format('%s The rows are in analytics.data_quality_blocking.', remedies);
    END IF;
END
$$;

COMMENT ON FUNCTION analytics.publication_gate() IS
    'Raises an error while data_quality_blocking has a row that blocks everything. The error names the rules and what to do. Each half of a refresh of the rollups calls it first. What blocks only a restaurant and a business day is left out by the refresh: see held_hours().';
