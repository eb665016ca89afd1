CREATE OR REPLACE FUNCTION analytics.accept_data_quality_failure(
    rule text, reason text, location_code text DEFAULT NULL, business_date date DEFAULT NULL
)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result analytics.data_quality_results;
    accepted jsonb;
    whole_rule constant boolean := location_code IS NULL AND business_date IS NULL;
BEGIN
    IF coalesce(trim(reason), '') = '' THEN
        RAISE EXCEPTION 'Give a reason why the failure of % may be published: it is kept in analytics.audit_log', rule;
    END IF;
    -- A run of the rule that is in progress ends first, so that its result is the latest one.
    PERFORM pg_advisory_xact_lock(hashtextextended('data_quality/' || rule, 0));
    SELECT r.* INTO result FROM analytics.data_quality_results AS r
    WHERE r.rule = accept_data_quality_failure.rule
    ORDER BY r.result_id DESC
    LIMIT 1;
    IF result.status IS DISTINCT FROM 'failed' OR result.accepted_at IS NOT NULL THEN
        RAISE EXCEPTION 'The latest result of % is no open failure', rule
            USING HINT = 'See analytics.data_quality_blocking.';
    END IF;
    WITH changed AS (
        UPDATE analytics.data_quality_failures AS f
        SET accepted_at = clock_timestamp()
        WHERE f.result_id = result.result_id AND f.accepted_at IS NULL
            AND (whole_rule OR (f.location_code, f.business_date) IS NOT DISTINCT FROM
                (accept_data_quality_failure.location_code, accept_data_quality_failure.business_date))
        RETURNING f.*
    )
    SELECT jsonb_agg(to_jsonb(c) ORDER BY c.location_code, c.business_date) INTO accepted FROM changed AS c;
    IF accepted IS NULL AND NOT whole_rule THEN
        RAISE EXCEPTION 'The latest result of % has no open failure for the restaurant % and the business day %', rule,
            coalesce(location_code, 'NULL'), coalesce(business_date::text, 'NULL')
            USING HINT = 'See analytics.data_quality_blocking. A row without restaurant and day is accepted with the rule and the reason alone.';
    END IF;
    UPDATE analytics.data_quality_results AS r
    SET accepted_at = clock_timestamp()
    WHERE r.result_id = result.result_id
        AND NOT EXISTS (
            SELECT FROM analytics.data_quality_failures AS f
            WHERE f.result_id = r.result_id AND f.accepted_at IS NULL)
    RETURNING r.accepted_at INTO result.accepted_at;
    INSERT INTO analytics.audit_log (action, object, details)
    VALUES ('data_quality_failure_accepted', rule,
        to_jsonb(result) || jsonb_build_object('reason', reason, 'accepted', coalesce(accepted, '[]')));
    RETURN result.result_id;
END
$$;

COMMENT ON FUNCTION analytics.accept_data_quality_failure(text, text, text, date) IS
    'Accepts the latest failure of a rule for one restaurant and business day, as data_quality_blocking lists them; without both, for all of them. What is accepted is published by the next refresh. Once nothing of the result is open, the next run of the rule begins after its window. Only this result is accepted: other rows that fail later fail again. The login, the result and the reason go to audit_log.';
