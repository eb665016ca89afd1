-- The raw layer: what arrived, what was refused, what came twice, and how far each stream has been read.
-- Only the writer (airflow_user) inserts here; nobody updates or deletes a raw event.

CREATE TABLE raw_data.event_ids (
    event_id     uuid        NOT NULL,
    ts           timestamptz NOT NULL,
    stream_id    text        NOT NULL,
    event_offset bigint      NOT NULL,
    content_hash bytea       NOT NULL,
    CONSTRAINT event_ids_pkey PRIMARY KEY (event_id),
    CONSTRAINT event_ids_offset_positive CHECK (event_offset >= 1),
    CONSTRAINT event_ids_hash_is_128_bits CHECK (octet_length(content_hash) = 16)
);
COMMENT ON TABLE raw_data.event_ids IS
    'Every event_id ever taken, once: what makes ingestion exactly-once. Unpartitioned, and kept when old raw events are archived, so that an old event delivered again is still recognised.';
COMMENT ON COLUMN raw_data.event_ids.event_id IS 'The identity of the event, for ever.';
COMMENT ON COLUMN raw_data.event_ids.ts IS 'When the event happened: leads to its partition of events_raw.';
COMMENT ON COLUMN raw_data.event_ids.stream_id IS 'The log from which the event was first taken.';
COMMENT ON COLUMN raw_data.event_ids.event_offset IS 'The position in that log at which it was first taken.';
COMMENT ON COLUMN raw_data.event_ids.content_hash IS
    'BLAKE2b-128 of type, ts, partition key and payload: the same id with the same hash is a duplicate, with another hash a conflict.';

CREATE TABLE raw_data.events_raw (
    event_offset  bigint      NOT NULL,
    event_id      uuid        NOT NULL,
    event_type    text        NOT NULL,
    ts            timestamptz NOT NULL,
    partition_key text        NOT NULL,
    payload       jsonb       NOT NULL,
    ingested_at   timestamptz NOT NULL,
    ingested_by   text        NOT NULL,
    stream_id     text        NOT NULL,
    CONSTRAINT events_raw_pkey PRIMARY KEY (event_id, ts),
    CONSTRAINT events_raw_offset_positive CHECK (event_offset >= 1),
    CONSTRAINT events_raw_type_not_empty CHECK (event_type <> '')
) PARTITION BY RANGE (ts);
COMMENT ON TABLE raw_data.events_raw IS
    'Every accepted event as it came, exactly once, partitioned by month of ts. The analytics tables are a pure function of this one.';
COMMENT ON COLUMN raw_data.events_raw.event_offset IS 'Position in the stream named by stream_id; strictly increasing there.';
COMMENT ON COLUMN raw_data.events_raw.event_id IS 'The identity of the event; unique through event_ids.';
COMMENT ON COLUMN raw_data.events_raw.event_type IS 'What happened, e.g. order_created. Unknown types are kept too.';
COMMENT ON COLUMN raw_data.events_raw.ts IS 'When it happened (UTC).';
COMMENT ON COLUMN raw_data.events_raw.partition_key IS 'The location code, e.g. LOC-ON-001.';
COMMENT ON COLUMN raw_data.events_raw.payload IS 'The fields of the event''s type, as received.';
COMMENT ON COLUMN raw_data.events_raw.ingested_at IS 'Clock of the database when the event''s batch was written.';
COMMENT ON COLUMN raw_data.events_raw.ingested_by IS 'The writer that committed it: host, process and route.';
COMMENT ON COLUMN raw_data.events_raw.stream_id IS 'The log it was read from; changes when that log was lost and begun anew.';

CREATE TABLE raw_data.events_raw_default PARTITION OF raw_data.events_raw DEFAULT;
COMMENT ON TABLE raw_data.events_raw_default IS
    'Catches events outside every monthly partition, so that none is refused. Watched by health_check(): it should be empty.';

-- BRIN costs nothing measurable on append-only rows and serves the time-range scans of rebuild and replay.
CREATE INDEX events_raw_ts_brin ON raw_data.events_raw USING brin (ts);

CREATE TABLE raw_data.duplicates (
    stream       text        NOT NULL,
    stream_id    text        NOT NULL,
    event_offset bigint      NOT NULL,
    event_id     uuid        NOT NULL,
    seen_at      timestamptz NOT NULL,
    CONSTRAINT duplicates_pkey PRIMARY KEY (stream, stream_id, event_offset)
);
COMMENT ON TABLE raw_data.duplicates IS
    'Offsets whose event was already taken at another offset with the same content: recorded, so that every offset is accounted for.';
COMMENT ON COLUMN raw_data.duplicates.stream IS 'The logical stream, as named by the writer.';
COMMENT ON COLUMN raw_data.duplicates.stream_id IS 'The log in which the repeat stands.';
COMMENT ON COLUMN raw_data.duplicates.event_offset IS 'The position of the repeat.';
COMMENT ON COLUMN raw_data.duplicates.event_id IS 'The event that it repeats: see event_ids.';
COMMENT ON COLUMN raw_data.duplicates.seen_at IS 'When the repeat was committed.';

CREATE TABLE raw_data.dead_letters (
    dead_letter_id bigint GENERATED ALWAYS AS IDENTITY,
    stream         text        NOT NULL,
    stream_id      text,
    event_offset   bigint,
    event_id       uuid,
    event_type     text,
    reason_code    text        NOT NULL,
    detail         text        NOT NULL,
    received       bytea       NOT NULL,
    received_hash  bytea       GENERATED ALWAYS AS (sha256(received)) STORED,
    first_seen     timestamptz NOT NULL,
    last_seen      timestamptz NOT NULL,
    attempts       integer     NOT NULL DEFAULT 1,
    resolved_at    timestamptz,
    resolution     text,
    CONSTRAINT dead_letters_pkey PRIMARY KEY (dead_letter_id),
    CONSTRAINT dead_letters_once UNIQUE NULLS NOT DISTINCT (stream, stream_id, event_offset, received_hash),
    CONSTRAINT dead_letters_reason_not_empty CHECK (reason_code <> ''),
    CONSTRAINT dead_letters_attempts_positive CHECK (attempts >= 1),
    CONSTRAINT dead_letters_resolution_known CHECK (resolution IN ('retried', 'edited', 'discarded')),
    CONSTRAINT dead_letters_resolved_together CHECK ((resolved_at IS NULL) = (resolution IS NULL))
);
COMMENT ON TABLE raw_data.dead_letters IS
    'Events that could not be taken, each once, with the bytes as received and why. An event here is not in events_raw until it is retried.';
COMMENT ON COLUMN raw_data.dead_letters.dead_letter_id IS 'Surrogate key, for people and commands to name a letter by.';
COMMENT ON COLUMN raw_data.dead_letters.stream IS 'The logical stream, as named by the writer.';
COMMENT ON COLUMN raw_data.dead_letters.stream_id IS 'The log it stood in, where its position could be read.';
COMMENT ON COLUMN raw_data.dead_letters.event_offset IS 'Its position there, where it could be read.';
COMMENT ON COLUMN raw_data.dead_letters.event_id IS 'Its event_id, where it could be read.';
COMMENT ON COLUMN raw_data.dead_letters.event_type IS 'Its type, where it could be read.';
COMMENT ON COLUMN raw_data.dead_letters.reason_code IS 'Why, as one word of the taxonomy in sse_ingest/contract.py.';
COMMENT ON COLUMN raw_data.dead_letters.detail IS 'Why, as a sentence that names the field and the value.';
COMMENT ON COLUMN raw_data.dead_letters.received IS 'The data of the frame, byte for byte.';
COMMENT ON COLUMN raw_data.dead_letters.received_hash IS 'SHA-256 of received: the same letter seen again raises attempts instead of adding a row.';
COMMENT ON COLUMN raw_data.dead_letters.first_seen IS 'When it was first refused.';
COMMENT ON COLUMN raw_data.dead_letters.last_seen IS 'When it was last refused.';
COMMENT ON COLUMN raw_data.dead_letters.attempts IS 'How often it was tried.';
COMMENT ON COLUMN raw_data.dead_letters.resolved_at IS 'When somebody dealt with it; null while it is open.';
COMMENT ON COLUMN raw_data.dead_letters.resolution IS 'How: retried, edited or discarded.';

CREATE TABLE raw_data.stream_checkpoints (
    stream           text        NOT NULL,
    shard            integer     NOT NULL DEFAULT 0,
    stream_id        text,
    event_offset     bigint      NOT NULL DEFAULT 0,
    last_event_id    text        NOT NULL DEFAULT '',
    event_ts         timestamptz,
    committed_at     timestamptz,
    head_offset      bigint,
    head_seen_at     timestamptz,
    fence            bigint      NOT NULL DEFAULT 0,
    holder           text,
    holder_pids      integer[]   NOT NULL DEFAULT '{}',
    lease_renewed_at timestamptz,
    CONSTRAINT stream_checkpoints_pkey PRIMARY KEY (stream, shard),
    CONSTRAINT stream_checkpoints_offset_not_negative CHECK (event_offset >= 0),
    CONSTRAINT stream_checkpoints_fence_not_negative CHECK (fence >= 0)
) WITH (fillfactor = 50);
COMMENT ON TABLE raw_data.stream_checkpoints IS
    'How far each stream has been committed. Guarantee: everything up to event_offset of stream_id is in events_raw, dead_letters, duplicates or stream_gaps, because the row moves in the transaction that writes them; and only the holder of the current fence can move it.';
COMMENT ON COLUMN raw_data.stream_checkpoints.stream IS 'The logical stream, as named by the writer.';
COMMENT ON COLUMN raw_data.stream_checkpoints.shard IS 'Which share of the stream; 0 while it is read by one writer.';
COMMENT ON COLUMN raw_data.stream_checkpoints.stream_id IS 'The log that event_offset counts in; null before the first event.';
COMMENT ON COLUMN raw_data.stream_checkpoints.event_offset IS 'The last offset committed; 0 before the first.';
COMMENT ON COLUMN raw_data.stream_checkpoints.last_event_id IS 'The id of the last frame committed: what the writer resumes with.';
COMMENT ON COLUMN raw_data.stream_checkpoints.event_ts IS 'When the last event committed happened.';
COMMENT ON COLUMN raw_data.stream_checkpoints.committed_at IS 'When the checkpoint last moved.';
COMMENT ON COLUMN raw_data.stream_checkpoints.head_offset IS 'The newest offset of the source, as the writer last saw it: lag = head_offset - event_offset.';
COMMENT ON COLUMN raw_data.stream_checkpoints.head_seen_at IS 'When it saw that.';
COMMENT ON COLUMN raw_data.stream_checkpoints.fence IS 'Raised by each new writer; a commit with an older number is refused.';
COMMENT ON COLUMN raw_data.stream_checkpoints.holder IS 'The writer that holds the lease: host, process and route. Null when nobody streams.';
COMMENT ON COLUMN raw_data.stream_checkpoints.holder_pids IS 'Its database backends, which a standby ends when the lease runs out.';
COMMENT ON COLUMN raw_data.stream_checkpoints.lease_renewed_at IS 'When the holder last said that it is alive.';

CREATE TABLE raw_data.stream_gaps (
    gap_id          bigint GENERATED ALWAYS AS IDENTITY,
    stream          text        NOT NULL,
    kind            text        NOT NULL,
    stream_id       text,
    requested       text        NOT NULL,
    oldest_offset   bigint,
    missing         bigint,
    detected_at     timestamptz NOT NULL,
    acknowledged_at timestamptz,
    CONSTRAINT stream_gaps_pkey PRIMARY KEY (gap_id),
    CONSTRAINT stream_gaps_once UNIQUE NULLS NOT DISTINCT (stream, kind, stream_id, requested),
    CONSTRAINT stream_gaps_kind_known CHECK (kind IN ('retention', 'stream_lost', 'hole'))
);
COMMENT ON TABLE raw_data.stream_gaps IS
    'Offsets that the source no longer held when they were asked for: events that are lost unless their producer publishes them again.';
COMMENT ON COLUMN raw_data.stream_gaps.gap_id IS 'Surrogate key.';
COMMENT ON COLUMN raw_data.stream_gaps.stream IS 'The logical stream, as named by the writer.';
COMMENT ON COLUMN raw_data.stream_gaps.kind IS
    'retention: the source had deleted them; stream_lost: the log was begun anew; hole: the stream skipped offsets without saying so.';
COMMENT ON COLUMN raw_data.stream_gaps.stream_id IS 'The log that the source goes on with.';
COMMENT ON COLUMN raw_data.stream_gaps.requested IS 'The position that the writer asked to go on from.';
COMMENT ON COLUMN raw_data.stream_gaps.oldest_offset IS 'The oldest offset that the source still held.';
COMMENT ON COLUMN raw_data.stream_gaps.missing IS 'How many offsets are missing, where that can be known.';
COMMENT ON COLUMN raw_data.stream_gaps.detected_at IS 'When it was noticed.';
COMMENT ON COLUMN raw_data.stream_gaps.acknowledged_at IS 'When a person settled it; health_check() reports open ones.';
