-- The statements of claims.py.

-- name: copy_incoming
-- What was read, as it was read.
COPY incoming (stream_id, event_offset, event_id, event_type, ts, partition_key, content_hash, payload) FROM STDIN

-- name: take_turn
-- Held to the end of the transaction: writers of different streams merge one after the other. An order is computed from
-- what its transaction sees; of two at once, each would miss the part that the other brings.
SELECT pg_advisory_xact_lock(hashtextextended('sse_ingest/merge', 0))

-- name: claim
-- Claim each event_id once, the first of a batch winning; drop from the batch and return whatever was not claimed now.
WITH claimed AS (
    INSERT INTO raw_data.event_ids (event_id, ts, stream_id, event_offset, content_hash)
    SELECT event_id, ts, stream_id, event_offset, content_hash
    FROM incoming
    ORDER BY event_offset
    ON CONFLICT (event_id) DO NOTHING
    RETURNING event_id, stream_id, event_offset
)
DELETE FROM incoming AS i
WHERE NOT EXISTS (
    SELECT FROM claimed AS c
    WHERE c.event_id = i.event_id AND c.stream_id = i.stream_id AND c.event_offset = i.event_offset
)
RETURNING i.event_id, i.stream_id, i.event_offset

-- name: first_taken
-- Where and with which content the given events were first taken.
SELECT event_id, stream_id, event_offset, content_hash
FROM raw_data.event_ids
WHERE event_id = ANY (%(event_ids)s)

-- name: record_duplicate
-- An offset whose event stands at another offset already.
INSERT INTO raw_data.duplicates (stream, stream_id, event_offset, event_id, seen_at)
VALUES (%(stream)s, %(stream_id)s, %(event_offset)s, %(event_id)s, clock_timestamp())
ON CONFLICT DO NOTHING
