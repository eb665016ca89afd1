-- The statements of dlq.py: what people do to dead letters, as the owner of the warehouse.

-- name: find
-- The letters that meet every condition given, by their place in the stream. Not the bytes: those may be large.
SELECT dead_letter_id, stream, stream_id, event_offset, event_id, event_type, reason_code, detail, first_seen, last_seen,
       attempts, resolved_at, resolution
FROM dead_letters
WHERE (%(stream)s::text IS NULL OR stream = %(stream)s)
  AND (%(reason)s::text IS NULL OR reason_code = %(reason)s)
  AND (%(since)s::timestamptz IS NULL OR last_seen >= %(since)s)
  AND (%(resolved)s::boolean IS NULL OR (resolved_at IS NOT NULL) = %(resolved)s)
ORDER BY stream, stream_id, event_offset, dead_letter_id
LIMIT %(most)s

-- name: letter
-- One letter, whole.
SELECT dead_letter_id, stream, stream_id, event_offset, event_id, event_type, reason_code, detail, first_seen, last_seen,
       attempts, resolved_at, resolution, received
FROM dead_letters
WHERE dead_letter_id = %(id)s

-- name: hold
-- What a letter is now, for this transaction alone.
SELECT resolved_at, resolution FROM dead_letters WHERE dead_letter_id = %(id)s FOR UPDATE

-- name: resolve
-- Dealt with.
UPDATE dead_letters SET resolved_at = clock_timestamp(), resolution = %(resolution)s
WHERE dead_letter_id = %(id)s

-- name: count_attempt
-- Tried again and refused again, maybe for another reason.
UPDATE dead_letters SET
    attempts = attempts + 1,
    last_seen = clock_timestamp(),
    reason_code = %(reason_code)s,
    detail = %(detail)s
WHERE dead_letter_id = %(id)s

-- name: audit
-- The trail; actor and time are the database's own.
INSERT INTO audit_log (action, object, details) VALUES (%(action)s, %(object)s, %(details)s)

-- name: taken_place
-- Which other event stands at an offset. Nothing is indexed by it: asked only of letters whose place is in doubt.
SELECT event_id FROM event_ids
WHERE stream_id = %(stream_id)s AND event_offset = %(event_offset)s AND event_id <> %(event_id)s
LIMIT 1
