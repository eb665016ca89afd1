-- The statement of schema_drift.py.

-- name: list_once
-- Lists an unknown name. A name that is already listed stays as it is.
INSERT INTO schema_drift (stream, event_type, field, json_type, first_event_id, first_seen)
VALUES (%(stream)s, %(event_type)s, %(field)s, %(json_type)s, %(event_id)s, clock_timestamp())
ON CONFLICT ON CONSTRAINT schema_drift_once DO NOTHING
