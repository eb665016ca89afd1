-- The event log in SQLite. A row's frame is what readers are sent, byte for byte.

CREATE TABLE IF NOT EXISTS meta (
    name  TEXT PRIMARY KEY,
    value NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS events (
    offset        INTEGER PRIMARY KEY,  -- assigned from meta.next_offset in the same transaction: gapless, never reused
    appended_at   INTEGER NOT NULL,     -- microseconds since 1970, never less than the row before
    event_id      BLOB,                 -- the key of idempotency; null where it does not apply
    digest        BLOB NOT NULL,        -- of the content, to tell a repeat from a conflict
    event_type    TEXT NOT NULL,
    partition_key TEXT NOT NULL,
    frame         BLOB NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS events_event_id ON events (event_id) WHERE event_id IS NOT NULL;
