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
    payload       jsonb       NOT NULL
) ON COMMIT DELETE ROWS

-- name: copy_incoming
-- What was read, as it was read.
COPY incoming (stream_id, event_offset, event_id, event_type, ts, partition_key, content_hash, payload) FROM STDIN

-- name: plan_by_key
-- A batch finds everything by its key, however many rows there are. Statistics that lag behind a table which grows must
-- not talk the planner into reading it whole.
SET enable_seqscan = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off

-- name: plan_freely
-- The statements of processors are not ours to plan.
RESET enable_seqscan;
RESET enable_hashjoin;
RESET enable_mergejoin

-- name: known_events
-- Which of these events are already taken: a processor runs only for the others.
SELECT event_id FROM event_ids WHERE event_id = ANY (%(event_ids)s)

-- name: copy_raw
-- The claimed events, for ever. When they came is told by the clock of the database.
COPY events_raw
    (event_id, ts, event_offset, event_type, partition_key, stream_id, ingested_by, payload)
FROM STDIN (FORMAT binary)

-- name: insert_dead_letter
-- One dead letter; the same bytes at the same place only count another attempt.
INSERT INTO dead_letters AS d
    (stream, stream_id, event_offset, event_id, event_type, reason_code, detail, received, first_seen, last_seen)
VALUES
    (%(stream)s, %(stream_id)s, %(event_offset)s, %(event_id)s, %(event_type)s,
     %(reason_code)s, %(detail)s, %(received)s, clock_timestamp(), clock_timestamp())
ON CONFLICT ON CONSTRAINT dead_letters_once DO UPDATE SET
    attempts = d.attempts + 1,
    last_seen = excluded.last_seen

-- name: record_gap
-- Offsets that the source no longer holds; told once, however often we ask again, unless there are more of them by then.
INSERT INTO stream_gaps AS g (stream, kind, stream_id, requested, oldest_offset, missing, detected_at)
VALUES (%(stream)s, %(kind)s, %(stream_id)s, %(requested)s, %(oldest_offset)s, %(missing)s, clock_timestamp())
ON CONFLICT ON CONSTRAINT stream_gaps_once DO UPDATE SET
    oldest_offset = excluded.oldest_offset,
    missing = excluded.missing,
    acknowledged_at = NULL
WHERE excluded.oldest_offset > g.oldest_offset

-- name: move_checkpoint
-- No row means that another writer has taken over since: then nothing of the batch may stand.
UPDATE stream_checkpoints SET
    stream_id = coalesce(%(stream_id)s, stream_id),
    event_offset = coalesce(%(event_offset)s, event_offset),
    last_event_id = %(last_event_id)s,
    event_ts = coalesce(%(event_ts)s, event_ts),
    committed_at = clock_timestamp()
WHERE stream = %(stream)s AND shard = %(shard)s AND fence = %(fence)s
RETURNING fence

-- name: ensure_partitions
-- Partitions for these times, made by the owner on our behalf.
SELECT ensure_partitions(%(first)s, %(last)s)

-- name: wait_briefly
-- Whoever waits for a lock makes others wait behind it.
SET LOCAL lock_timeout = '2s'

-- name: lock_event_ids
-- Held to the end of the transaction. Orders are computed from what a transaction can see: two that change one order at
-- the same time would each miss the other's part.
LOCK TABLE event_ids IN SHARE ROW EXCLUSIVE MODE
