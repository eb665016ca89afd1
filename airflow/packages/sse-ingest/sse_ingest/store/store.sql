-- The statements of store.py and incoming.py, in the order of one batch.

-- name: create_incoming
-- Events that are merged from their JSON pass through this table; it is empty again after each transaction.
CREATE TEMPORARY TABLE incoming (
    stream_id     text        NOT NULL,
    event_offset  bigint      NOT NULL,
    event_id      uuid        NOT NULL,
    event_type    text        NOT NULL,
    ts            timestamptz NOT NULL,
    partition_key text        NOT NULL,
    content_hash  bytea       NOT NULL,
    payload       jsonb       NOT NULL,
    version       bigint,
    part_ts       timestamptz -- when a part of an event happened; null for what was read
) ON COMMIT DELETE ROWS

-- name: copy_incoming
-- What was read, as it was read.
COPY incoming (stream_id, event_offset, event_id, event_type, ts, partition_key, content_hash, payload, version)
FROM STDIN

-- name: plan_by_key
-- A batch finds every row by its key, however large the tables are. The statistics of a growing table are out of date;
-- these settings keep the planner from reading the whole table because of them.
SET enable_seqscan = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off

-- name: plan_freely
-- Processors run with the planner's default settings.
RESET enable_seqscan;
RESET enable_hashjoin;
RESET enable_mergejoin

-- name: known_events
-- The events that are already known: a processor runs only for the others.
SELECT event_id FROM event_ids WHERE event_id = ANY (%(event_ids)s)

-- name: copy_raw
-- Inserts the new events. The clock of the database sets ingested_at.
COPY events_raw
    (event_id, ts, event_offset, event_type, partition_key, stream_id, ingested_by, version, payload)
FROM STDIN (FORMAT binary)

-- name: insert_dead_letter
-- Inserts a dead letter. The same bytes at the same place only increase attempts.
INSERT INTO dead_letters AS d
    (stream, stream_id, event_offset, event_id, event_type, reason_code, detail, received, first_seen, last_seen)
VALUES
    (%(stream)s, %(stream_id)s, %(event_offset)s, %(event_id)s, %(event_type)s,
     %(reason_code)s, %(detail)s, %(received)s, clock_timestamp(), clock_timestamp())
ON CONFLICT ON CONSTRAINT dead_letters_once DO UPDATE SET
    attempts = d.attempts + 1,
    last_seen = excluded.last_seen

-- name: record_gap
-- Records offsets that the source did not send. A gap is recorded once, however often it is reported. If more offsets are
-- missing by then, the row is updated and is open again.
INSERT INTO stream_gaps AS g (stream, kind, stream_id, requested, oldest_offset, missing, detected_at)
VALUES (%(stream)s, %(kind)s, %(stream_id)s, %(requested)s, %(oldest_offset)s, %(missing)s, clock_timestamp())
ON CONFLICT ON CONSTRAINT stream_gaps_once DO UPDATE SET
    oldest_offset = excluded.oldest_offset,
    missing = excluded.missing,
    acknowledged_at = NULL
WHERE excluded.oldest_offset > g.oldest_offset

-- name: move_checkpoint
-- Moves the checkpoint. No row means that another writer has taken over: then the batch must be rolled back.
UPDATE stream_checkpoints SET
    stream_id = coalesce(%(stream_id)s, stream_id),
    event_offset = coalesce(%(event_offset)s, event_offset),
    last_event_id = %(last_event_id)s,
    event_ts = coalesce(%(event_ts)s, event_ts),
    committed_at = clock_timestamp()
WHERE stream = %(stream)s AND shard = %(shard)s AND fence = %(fence)s
RETURNING fence

-- name: ensure_partitions
-- Creates the partitions for these times. The function runs with the rights of the owner.
SELECT ensure_partitions(%(first)s, %(last)s)

-- name: wait_briefly
-- A session that waits for a lock makes other sessions wait behind it, so the wait is short.
SET LOCAL lock_timeout = '2s'

-- name: lock_event_ids
-- Held until the end of the transaction. Orders are computed from the rows that a transaction sees. Two concurrent
-- transactions that change one order would not see each other's rows.
LOCK TABLE event_ids IN SHARE ROW EXCLUSIVE MODE
