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
    FROM analytics.data_quality_blocking AS b;
    IF rules IS NOT NULL THEN
        RAISE EXCEPTION 'Nothing is published while a critical rule of data quality fails: %', rules
            USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = format('%s The rows are in analytics.data_quality_blocking. When they are corrected, run'
                    ' restaurant_data_quality again. To publish nevertheless, run as restaurant_user:'
                    ' SELECT analytics.accept_data_quality_failure(rule, reason)', remedies);
    END IF;
END
$$;

COMMENT ON FUNCTION analytics.publication_gate() IS
    'Raises an error while the latest result of a critical rule is a failure that no person has accepted. The error names the rules and what to do. Each half of a refresh of the rollups calls it first.';
