CREATE OR REPLACE FUNCTION analytics.delete_old_results()
RETURNS TABLE (object text, rows bigint)
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '2s' -- other sessions queue behind one that waits for a lock
AS $$
DECLARE
    deleted jsonb := '{}';
    results_before constant timestamptz := now()
        - make_interval(secs => 86400 * analytics.threshold('data_quality_keep_days')::float8);
    scores_before constant timestamptz := now()
        - make_interval(secs => 86400 * analytics.threshold('payment_scores_keep_days')::float8);
BEGIN
    -- The newest result of a rule is never deleted: its next window begins there, and it may block the refresh of the
    -- rollups. An accepted result is kept from the time of acceptance on; audit_log keeps it for good, with the reason.
    DELETE FROM analytics.data_quality_results AS r
    WHERE greatest(r.run_at, r.accepted_at) < results_before
        AND EXISTS (
            SELECT FROM analytics.data_quality_results AS newer
            WHERE newer.rule = r.rule AND newer.result_id > r.result_id);
    GET DIAGNOSTICS rows = ROW_COUNT;
    object := 'analytics.data_quality_results';
    deleted := deleted || jsonb_build_object(object, rows);
    RETURN NEXT;
    -- Both count, because an old payment may have been scored again.
    DELETE FROM analytics.payment_scores AS s
    WHERE greatest(s.event_ts, s.scored_at) < scores_before AND NOT s.is_anomaly;
    GET DIAGNOSTICS rows = ROW_COUNT;
    object := 'analytics.payment_scores';
    deleted := deleted || jsonb_build_object(object, rows);
    RETURN NEXT;
    IF deleted <> '{"analytics.data_quality_results": 0, "analytics.payment_scores": 0}' THEN
        INSERT INTO analytics.audit_log (action, object, details)
        VALUES ('old_results_deleted', 'analytics', deleted);
    END IF;
END
$$;

COMMENT ON FUNCTION analytics.delete_old_results() IS
    'Deletes old results of our own jobs, never data that came from events: results of quality rules after data_quality_keep_days, but never the newest of a rule, and scores of payments that are no anomalies after payment_scores_keep_days (both in analytics.thresholds). Returns one row per table with the number of deleted rows, which is also in audit_log.';
