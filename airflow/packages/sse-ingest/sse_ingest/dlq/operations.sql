-- The statements of operations.py. They run with the owner's login.

-- name: find
-- The dead letters that meet every condition, in the order of the stream. Without the bytes, which may be large.
SELECT dead_letter_id, stream, stream_id, event_offset, event_id, event_type, reason_code, detail, first_seen, last_seen,
       attempts, resolved_at, resolution
FROM dead_letters
WHERE (%(stream)s::text IS NULL OR stream = %(stream)s)
  AND (%(reason)s::text IS NULL OR reason_code = %(reason)s)
  AND (%(since)s::timestamptz IS NULL OR last_seen >= %(since)s)
  AND (%(resolved)s::boolean IS NULL OR (resolved_at IS NOT NULL) = %(resolved)s)
ORDER BY stream, stream_id, event_offset, dead_letter_id
LIMIT %(most)s

-- name: get
-- One dead letter with its bytes.
SELECT dead_letter_id, stream, stream_id, event_offset, event_id, event_type, reason_code, detail, first_seen, last_seen,
       attempts, resolved_at, resolution, received
FROM dead_letters
WHERE dead_letter_id = %(id)s

-- name: lock
-- Locks a dead letter until the end of the transaction, and returns its present state.
SELECT resolved_at, resolution FROM dead_letters WHERE dead_letter_id = %(id)s FOR UPDATE

-- name: resolve
-- Marks a dead letter as resolved.
UPDATE dead_letters SET resolved_at = clock_timestamp(), resolution = %(resolution)s
WHERE dead_letter_id = %(id)s

-- name: count_attempt
-- The event was tried again and refused again; the reason may be another one.
UPDATE dead_letters SET
    attempts = attempts + 1,
    last_seen = clock_timestamp(),
    reason_code = %(reason_code)s,
    detail = %(detail)s
WHERE dead_letter_id = %(id)s

-- name: audit
-- Records the action. The database adds the login and the time.
INSERT INTO audit_log (action, object, details) VALUES (%(action)s, %(object)s, %(details)s)

-- name: taken_place
-- The other event at an offset, if there is one. No index helps here, so it runs only for a dead letter whose position
-- was wrong.
SELECT event_id FROM event_ids
WHERE stream_id = %(stream_id)s AND event_offset = %(event_offset)s AND event_id <> %(event_id)s
LIMIT 1
