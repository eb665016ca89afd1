CREATE OR REPLACE FUNCTION {schema}.retire_stream(stream text)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '2s' -- other sessions queue behind one that waits for a lock
AS $$
DECLARE
    shards     jsonb;
    checkpoint record;
BEGIN
    FOR checkpoint IN
        SELECT c.shard, c.holder, c.lease_renewed_at, c.event_offset, c.head_offset
        FROM {schema}.stream_checkpoints AS c
        WHERE c.stream = retire_stream.stream
        ORDER BY c.shard
        FOR UPDATE
    LOOP
        -- A writer holds the advisory lock of its stream while it runs. A process that is stopped keeps that lock, although
        -- its lease has expired. A process that was killed has lost the lock; its name stays, and it renews no lease.
        IF checkpoint.lease_renewed_at > clock_timestamp() - interval '1 minute'
            OR NOT pg_try_advisory_xact_lock(hashtextextended(format('sse_ingest/%s/%s', stream, checkpoint.shard), 0))
        THEN
            RAISE EXCEPTION 'Stream % is still being written, by %', stream, coalesce(checkpoint.holder, 'a writer that is stopped')
                USING ERRCODE = 'object_in_use', HINT = 'Let it end, or stop it, and try again.';
        END IF;
        IF checkpoint.event_offset < checkpoint.head_offset THEN
            RAISE EXCEPTION 'Stream % is read up to % of %', stream, checkpoint.event_offset, checkpoint.head_offset
                USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Run its ingestion again until it has caught up.';
        END IF;
    END LOOP;
    WITH gone AS (
        DELETE FROM {schema}.stream_checkpoints AS c WHERE c.stream = retire_stream.stream RETURNING c.*
    )
    SELECT jsonb_agg(to_jsonb(gone) ORDER BY gone.shard) INTO shards FROM gone;
    IF shards IS NULL THEN
        RAISE EXCEPTION 'There is no stream %', stream
            USING ERRCODE = 'no_data_found', HINT = 'SELECT stream FROM {schema}.stream_checkpoints lists those that exist.';
    END IF;
    INSERT INTO {audit_log} (action, object, details) VALUES ('stream_retired', stream, shards);
END
$$;

COMMENT ON FUNCTION {schema}.retire_stream(text) IS
    'Deletes the checkpoint of a stream that has ended, such as a history that was read to its end. Run it when no more events come: health_check() no longer expects any, and the stream no longer holds back the watermark. The events stay, and so do their ranges in completeness(). The checkpoint is kept in audit_log. An error while a writer runs, or before the stream was read to its end. A log that is read again afterwards is read from its beginning, and only new events are added.';
