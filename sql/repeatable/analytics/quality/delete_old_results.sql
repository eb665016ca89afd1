CREATE OR REPLACE FUNCTION analytics.delete_old_results()
RETURNS TABLE (object text, rows bigint)
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '2s' -- whoever waits for a lock makes others wait behind it
AS $$
DECLARE
    deleted jsonb := '{}';
    results_before constant timestamptz := now()
        - make_interval(secs => 86400 * analytics.threshold('data_quality_keep_days')::float8);
    scores_before constant timestamptz := now()
        - make_interval(secs => 86400 * analytics.threshold('payment_scores_keep_days')::float8);
BEGIN
    -- The newest result of a rule says where its next window begins, and whether it holds up publication: it stays, however
    -- old. What a person accepted counts from then; who and why, and the row itself, stay in audit_log.
    DELETE FROM analytics.data_quality_results AS r
    WHERE greatest(r.run_at, r.accepted_at) < results_before
        AND EXISTS (
            SELECT FROM analytics.data_quality_results AS newer
            WHERE newer.rule = r.rule AND newer.result_id > r.result_id);
    GET DIAGNOSTICS rows = ROW_COUNT;
    object := 'analytics.data_quality_results';
    deleted := deleted || jsonb_build_object(object, rows);
    RETURN NEXT;
    -- A score that was told a while ago is that of an old payment, or of one that was scored again.
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
    'Deletes what jobs of ours wrote longer ago than analytics.thresholds says: results of quality rules (data_quality_keep_days), never the newest of a rule, and scores of payments that are no anomalies (payment_scores_keep_days). A row for each table: how many rows went; so is it in audit_log. Nothing of what it deletes came from an event.';
