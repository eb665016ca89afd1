-- The statements of incoming.py.

-- name: create_incoming
-- The events that are merged from their JSON. The table is empty again after each transaction.
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
-- Copies events into the table.
COPY incoming (stream_id, event_offset, event_id, event_type, ts, partition_key, content_hash, payload) FROM STDIN
