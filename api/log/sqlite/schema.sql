-- The event log in SQLite. Readers get a row's frame byte for byte.

CREATE TABLE IF NOT EXISTS meta (
    name  TEXT PRIMARY KEY,
    value NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS events (
    offset        INTEGER PRIMARY KEY,  -- assigned from meta.next_offset in the same transaction: gapless, never reused
    appended_at   INTEGER NOT NULL,     -- microseconds since 1970, never less than the row before
    event_id      BLOB,                 -- the key of idempotency; null where it does not apply
    digest        BLOB NOT NULL,        -- of the content: separates a repeat from a conflict
    event_type    TEXT NOT NULL,
    partition_key TEXT NOT NULL,
    frame         BLOB NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS events_event_id ON events (event_id) WHERE event_id IS NOT NULL;
