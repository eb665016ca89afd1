CREATE OR REPLACE FUNCTION analytics.accept_data_quality_failure(rule text, reason text)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    accepted analytics.data_quality_results;
BEGIN
    IF coalesce(trim(reason), '') = '' THEN
        RAISE EXCEPTION 'Give a reason why the failure of % may be published: it is kept in analytics.audit_log', rule;
    END IF;
    -- A run of the rule that is in progress ends first, so that its result is the latest one.
    PERFORM pg_advisory_xact_lock(hashtextextended('data_quality/' || rule, 0));
    UPDATE analytics.data_quality_results AS r
    SET accepted_at = clock_timestamp()
    WHERE r.result_id = (
            SELECT max(l.result_id) FROM analytics.data_quality_results AS l
            WHERE l.rule = accept_data_quality_failure.rule)
        AND r.status = 'failed'
        AND r.accepted_at IS NULL
    RETURNING r.* INTO accepted;
    IF accepted.result_id IS NULL THEN
        RAISE EXCEPTION 'The latest result of % is no open failure', rule
            USING HINT = 'See analytics.data_quality_blocking.';
    END IF;
    INSERT INTO analytics.audit_log (action, object, details)
    VALUES ('data_quality_failure_accepted', rule, to_jsonb(accepted) || jsonb_build_object('reason', reason));
    RETURN accepted.result_id;
END
$$;

COMMENT ON FUNCTION analytics.accept_data_quality_failure(text, text) IS
    'Accepts the latest failure of a rule: the rollups are refreshed again, and the next run of the rule begins after this window. Only this result is accepted: rows that fail later fail again. The login, the result and the reason go to audit_log.';
