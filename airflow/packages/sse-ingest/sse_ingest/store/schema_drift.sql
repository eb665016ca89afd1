-- The statement of drift.py.

-- name: list_once
-- What was listed before stays as it was.
INSERT INTO schema_drift (stream, event_type, field, json_type, first_event_id, first_seen)
VALUES (%(stream)s, %(event_type)s, %(field)s, %(json_type)s, %(event_id)s, clock_timestamp())
ON CONFLICT ON CONSTRAINT schema_drift_once DO NOTHING
