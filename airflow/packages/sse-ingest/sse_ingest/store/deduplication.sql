-- The statements of deduplication.py.

-- name: take_writer_lock
-- Held to the end of the transaction: writers of different streams merge one after the other. An order is computed from
-- what its transaction sees; of two at once, each would miss the part that the other brings.
SELECT pg_advisory_xact_lock(hashtextextended('sse_ingest/merge', 0))

-- name: copy_ids
-- Claim each event_id once. Fails whole if one of them was claimed before.
COPY event_ids (event_id, ts, event_offset, content_hash, stream_id) FROM STDIN (FORMAT binary)

-- name: first_taken
-- Where and with which content the given events were first taken.
SELECT event_id, stream_id, event_offset, content_hash
FROM event_ids
WHERE event_id = ANY (%(event_ids)b)

-- name: record_duplicates
-- Offsets whose event stands at another offset already.
INSERT INTO duplicates (stream, stream_id, event_offset, event_id, seen_at)
SELECT %(stream)s, d.stream_id, d.event_offset, d.event_id, clock_timestamp()
FROM unnest(%(stream_ids)s::text[], %(event_offsets)b::bigint[], %(event_ids)b::uuid[])
    AS d (stream_id, event_offset, event_id)
ON CONFLICT DO NOTHING
