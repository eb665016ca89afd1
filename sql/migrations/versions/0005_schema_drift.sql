-- The schema ledger: producers add fields and types without asking. Both are kept raw; here people see that they came.

CREATE TABLE analytics.schema_drift (
    stream         text        NOT NULL,
    event_type     text        NOT NULL,
    field          text,
    json_type      text        NOT NULL,
    first_event_id uuid        NOT NULL,
    first_seen     timestamptz NOT NULL,
    CONSTRAINT schema_drift_once UNIQUE NULLS NOT DISTINCT (stream, event_type, field),
    CONSTRAINT schema_drift_json_type_known
        CHECK (json_type IN ('object', 'array', 'text', 'number', 'boolean', 'null'))
);
COMMENT ON TABLE analytics.schema_drift IS
    'Event types and payload fields that the contract does not know, each listed once, in the transaction that took the first event with it. They are in events_raw.payload; nothing is dropped. Not a function of the raw events: what comes first is told by arrival.';
COMMENT ON COLUMN analytics.schema_drift.stream IS 'The logical stream, as named by the writer.';
COMMENT ON COLUMN analytics.schema_drift.event_type IS 'The event type.';
COMMENT ON COLUMN analytics.schema_drift.field IS
    'The payload field, cut to 200 characters; null when the event type itself is unknown to the contract.';
COMMENT ON COLUMN analytics.schema_drift.json_type IS 'What kind of value it held at first.';
COMMENT ON COLUMN analytics.schema_drift.first_event_id IS 'An event that has it: see raw_data.events_raw.';
COMMENT ON COLUMN analytics.schema_drift.first_seen IS 'When it was first committed.';
