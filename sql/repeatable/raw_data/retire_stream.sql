CREATE OR REPLACE FUNCTION raw_data.retire_stream(stream text)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '2s' -- whoever waits for a lock makes others wait behind it
AS $$
DECLARE
    shards jsonb;
    said   record;
BEGIN
    FOR said IN
        SELECT c.shard, c.holder, c.lease_renewed_at, c.event_offset, c.head_offset
        FROM raw_data.stream_checkpoints AS c
        WHERE c.stream = retire_stream.stream
        ORDER BY c.shard
        FOR UPDATE
    LOOP
        -- Who writes holds the lock of sse_ingest for as long; a stopped process may have lost its lease, and not this. One
        -- that was killed has left its name, and no longer renews it.
        IF said.lease_renewed_at > clock_timestamp() - interval '1 minute'
            OR NOT pg_try_advisory_xact_lock(hashtextextended(format('sse_ingest/%s/%s', stream, said.shard), 0))
        THEN
            RAISE EXCEPTION 'Stream % is still being written, by %', stream, coalesce(said.holder, 'a writer that stands still')
                USING ERRCODE = 'object_in_use', HINT = 'Let it end, or stop it, and try again.';
        END IF;
        IF said.event_offset < said.head_offset THEN
            RAISE EXCEPTION 'Stream % is read up to % of %', stream, said.event_offset, said.head_offset
                USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Run its ingestion again until it has caught up.';
        END IF;
    END LOOP;
    WITH gone AS (
        DELETE FROM raw_data.stream_checkpoints AS c WHERE c.stream = retire_stream.stream RETURNING c.*
    )
    SELECT jsonb_agg(to_jsonb(gone) ORDER BY gone.shard) INTO shards FROM gone;
    IF shards IS NULL THEN
        RAISE EXCEPTION 'There is no stream %', stream
            USING ERRCODE = 'no_data_found', HINT = 'SELECT stream FROM raw_data.stream_checkpoints tells which there are.';
    END IF;
    INSERT INTO analytics.audit_log (action, object, details) VALUES ('stream_retired', stream, shards);
END
$$;

COMMENT ON FUNCTION raw_data.retire_stream(text) IS
    'A person''s word that nothing more comes of a stream, as of a history that has been read: its checkpoint goes, so that health_check() no longer waits for it and it no longer holds back the watermark. What it brought stays, its ranges in completeness() too, and the checkpoint is in audit_log. Refuses while somebody writes the stream, and before it was read to its end. A log that is read again afterwards is read from its beginning, and adds what is new.';
