CREATE OR REPLACE FUNCTION analytics.accept_data_quality_failure(rule text, reason text)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    accepted analytics.data_quality_results;
BEGIN
    IF coalesce(trim(reason), '') = '' THEN
        RAISE EXCEPTION 'Say why the failure of % may be published: it is kept in analytics.audit_log', rule;
    END IF;
    -- A run of the rule that is under way ends first: what it finds is then what is accepted, or refused to be.
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
    'A person''s decision to live with the rows that a rule found: the rollups are refreshed again, and the rule goes on behind them. Only this result is accepted: rows that fail later fail. Who, what and why goes to audit_log.';
