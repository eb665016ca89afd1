-- The statements of deduplication.py.

-- name: take_writer_lock
-- Held until the end of the transaction, so that writers of different streams merge one after the other. An order is
-- computed from the rows that its transaction sees. Two concurrent transactions would not see each other's rows.
SELECT pg_advisory_xact_lock(hashtextextended('sse_ingest/merge', 0))

-- name: copy_ids
-- Inserts each event_id once. If one of them exists already, the whole statement fails.
COPY event_ids (event_id, ts, event_offset, content_hash, stream_id) FROM STDIN (FORMAT binary)

-- name: first_taken
-- The place and the content hash with which these events were first taken.
SELECT event_id, stream_id, event_offset, content_hash
FROM event_ids
WHERE event_id = ANY (%(event_ids)b)

-- name: record_duplicates
-- Records offsets whose event was already taken at another offset.
INSERT INTO duplicates (stream, stream_id, event_offset, event_id, seen_at)
SELECT %(stream)s, d.stream_id, d.event_offset, d.event_id, clock_timestamp()
FROM unnest(%(stream_ids)s::text[], %(event_offsets)b::bigint[], %(event_ids)b::uuid[])
    AS d (stream_id, event_offset, event_id)
ON CONFLICT DO NOTHING
