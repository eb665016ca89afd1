-- The tables that any stream needs: what arrived, what was refused, what came twice, and how far each stream has been read.
-- They are made in the first schema of the search_path. A writer inserts here; nobody updates or deletes a raw event.
-- The settings of autovacuum: rows that never change are frozen by the first vacuum that sees them, while their pages are
-- in memory; tables that each commit updates keep their last pages, because giving them back locks every commit out.

CREATE TABLE event_ids (
    event_id     uuid        NOT NULL,
    ts           timestamptz NOT NULL,
    stream_id    text        NOT NULL,
    event_offset bigint      NOT NULL,
    content_hash bytea       NOT NULL,
    CONSTRAINT event_ids_pkey PRIMARY KEY (event_id),
    CONSTRAINT event_ids_offset_positive CHECK (event_offset >= 1),
    CONSTRAINT event_ids_hash_is_128_bits CHECK (octet_length(content_hash) = 16)
) WITH (
    autovacuum_freeze_min_age = 0, autovacuum_vacuum_insert_threshold = 50000,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_analyze_scale_factor = 0.02
);
COMMENT ON TABLE event_ids IS
    'Every event_id ever taken, once: what makes ingestion exactly-once. Unpartitioned, and kept when old raw events are archived, so that an old event delivered again is still recognised.';
COMMENT ON COLUMN event_ids.event_id IS 'The identity of the event, for ever.';
COMMENT ON COLUMN event_ids.ts IS 'When the event happened: leads to its partition of events_raw.';
COMMENT ON COLUMN event_ids.stream_id IS 'The log from which the event was first taken.';
COMMENT ON COLUMN event_ids.event_offset IS 'The position in that log at which it was first taken.';
COMMENT ON COLUMN event_ids.content_hash IS
    'BLAKE2b-128 of type, ts, partition key and payload: the same id with the same hash is a duplicate, with another hash a conflict.';

CREATE TABLE events_raw (
    event_offset  bigint      NOT NULL,
    event_id      uuid        NOT NULL,
    event_type    text        NOT NULL,
    ts            timestamptz NOT NULL,
    partition_key text        NOT NULL,
    payload       jsonb       NOT NULL,
    ingested_at   timestamptz NOT NULL DEFAULT statement_timestamp(),
    ingested_by   text        NOT NULL,
    stream_id     text        NOT NULL,
    CONSTRAINT events_raw_pkey PRIMARY KEY (event_id, ts),
    CONSTRAINT events_raw_offset_positive CHECK (event_offset >= 1),
    CONSTRAINT events_raw_type_not_empty CHECK (event_type <> '')
) PARTITION BY RANGE (ts);
COMMENT ON TABLE events_raw IS
    'Every accepted event as it came, exactly once, partitioned by month of ts. Typed tables, where there are any, are a pure function of this one.';
COMMENT ON COLUMN events_raw.event_offset IS 'Position in the stream named by stream_id; strictly increasing there.';
COMMENT ON COLUMN events_raw.event_id IS 'The identity of the event; unique through event_ids.';
COMMENT ON COLUMN events_raw.event_type IS 'What happened. Unknown types are kept too.';
COMMENT ON COLUMN events_raw.ts IS 'When it happened (UTC).';
COMMENT ON COLUMN events_raw.partition_key IS 'What the event belongs to, such as a shop or a device; for a stream taken raw, its name.';
COMMENT ON COLUMN events_raw.payload IS 'The fields of the event''s type, as received.';
COMMENT ON COLUMN events_raw.ingested_at IS 'Clock of the database when the event''s batch was written.';
COMMENT ON COLUMN events_raw.ingested_by IS 'The writer that committed it: host and process.';
COMMENT ON COLUMN events_raw.stream_id IS 'The log it was read from; changes when that log was lost and begun again.';

CREATE TABLE events_raw_default PARTITION OF events_raw DEFAULT WITH (
    autovacuum_freeze_min_age = 0, autovacuum_vacuum_insert_threshold = 50000,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_analyze_scale_factor = 0.02
);
COMMENT ON TABLE events_raw_default IS
    'Catches events outside every monthly partition, so that none is refused. It should be empty.';

-- BRIN costs nothing measurable on append-only rows and serves the time-range scans of rebuild and replay.
CREATE INDEX events_raw_ts_brin ON events_raw USING brin (ts);

CREATE TABLE duplicates (
    stream       text        NOT NULL,
    stream_id    text        NOT NULL,
    event_offset bigint      NOT NULL,
    event_id     uuid        NOT NULL,
    seen_at      timestamptz NOT NULL,
    CONSTRAINT duplicates_pkey PRIMARY KEY (stream, stream_id, event_offset)
);
COMMENT ON TABLE duplicates IS
    'Offsets whose event was already taken at another offset with the same content: recorded, so that every offset is accounted for.';
COMMENT ON COLUMN duplicates.stream IS 'The logical stream, as named by the writer.';
COMMENT ON COLUMN duplicates.stream_id IS 'The log in which the repeat stands.';
COMMENT ON COLUMN duplicates.event_offset IS 'The position of the repeat.';
COMMENT ON COLUMN duplicates.event_id IS 'The event that it repeats: see event_ids.';
COMMENT ON COLUMN duplicates.seen_at IS 'When the repeat was committed.';

CREATE TABLE dead_letters (
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
COMMENT ON TABLE dead_letters IS
    'Events that could not be taken, each once, with the bytes as received and why. An event here is not in events_raw until it is retried.';
COMMENT ON COLUMN dead_letters.dead_letter_id IS 'Surrogate key, for people and commands to name a letter by.';
COMMENT ON COLUMN dead_letters.stream IS 'The logical stream, as named by the writer.';
COMMENT ON COLUMN dead_letters.stream_id IS 'The log it stood in, where its position could be read.';
COMMENT ON COLUMN dead_letters.event_offset IS 'Its position there, where it could be read.';
COMMENT ON COLUMN dead_letters.event_id IS 'Its event_id, where it could be read.';
COMMENT ON COLUMN dead_letters.event_type IS 'Its type, where it could be read.';
COMMENT ON COLUMN dead_letters.reason_code IS 'Why, as one word: see dead_letter_reasons.py of sse_ingest.';
COMMENT ON COLUMN dead_letters.detail IS 'Why, as a sentence that names the field and the value.';
COMMENT ON COLUMN dead_letters.received IS 'The data of the frame, byte for byte.';
COMMENT ON COLUMN dead_letters.received_hash IS 'SHA-256 of received: the same letter seen again raises attempts instead of adding a row.';
COMMENT ON COLUMN dead_letters.first_seen IS 'When it was first refused.';
COMMENT ON COLUMN dead_letters.last_seen IS 'When it was last refused.';
COMMENT ON COLUMN dead_letters.attempts IS 'How often it was tried.';
COMMENT ON COLUMN dead_letters.resolved_at IS 'When somebody dealt with it; null while it is open.';
COMMENT ON COLUMN dead_letters.resolution IS 'How: retried, edited or discarded.';

CREATE TABLE stream_checkpoints (
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
) WITH (fillfactor = 50, vacuum_truncate = false);
COMMENT ON TABLE stream_checkpoints IS
    'How far each stream has been committed. Guarantee: everything up to event_offset of stream_id is in events_raw, dead_letters, duplicates or stream_gaps, because the row moves in the transaction that writes them; and only the holder of the current fence can move it.';
COMMENT ON COLUMN stream_checkpoints.stream IS 'The logical stream, as named by the writer.';
COMMENT ON COLUMN stream_checkpoints.shard IS 'Which share of the stream; 0 while it is read by one writer.';
COMMENT ON COLUMN stream_checkpoints.stream_id IS 'The log that event_offset counts in; null before the first event.';
COMMENT ON COLUMN stream_checkpoints.event_offset IS 'The last offset committed; 0 before the first.';
COMMENT ON COLUMN stream_checkpoints.last_event_id IS 'The id of the last frame committed: what the writer resumes with.';
COMMENT ON COLUMN stream_checkpoints.event_ts IS 'When the last event committed happened.';
COMMENT ON COLUMN stream_checkpoints.committed_at IS 'When the checkpoint last moved.';
COMMENT ON COLUMN stream_checkpoints.head_offset IS 'The newest offset of the source, as the writer last saw it: lag = head_offset - event_offset.';
COMMENT ON COLUMN stream_checkpoints.head_seen_at IS 'When it saw that.';
COMMENT ON COLUMN stream_checkpoints.fence IS 'Raised by each new writer; a commit with an older number is refused.';
COMMENT ON COLUMN stream_checkpoints.holder IS 'The writer that holds the lease: host, process and route. Null when nobody streams.';
COMMENT ON COLUMN stream_checkpoints.holder_pids IS 'Its database backends, which a standby ends when the lease runs out.';
COMMENT ON COLUMN stream_checkpoints.lease_renewed_at IS 'When the holder last said that it is alive.';

CREATE TABLE stream_gaps (
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
COMMENT ON TABLE stream_gaps IS
    'Offsets that the source no longer held when they were asked for: events that are lost unless their producer publishes them again.';
COMMENT ON COLUMN stream_gaps.gap_id IS 'Surrogate key.';
COMMENT ON COLUMN stream_gaps.stream IS 'The logical stream, as named by the writer.';
COMMENT ON COLUMN stream_gaps.kind IS
    'retention: the source had deleted them; stream_lost: the log was begun again; hole: the stream skipped offsets without saying so.';
COMMENT ON COLUMN stream_gaps.stream_id IS 'The log that the source goes on with.';
COMMENT ON COLUMN stream_gaps.requested IS 'The position that the writer asked to go on from.';
COMMENT ON COLUMN stream_gaps.oldest_offset IS 'The oldest offset that the source still held.';
COMMENT ON COLUMN stream_gaps.missing IS 'How many offsets are missing, where that can be known.';
COMMENT ON COLUMN stream_gaps.detected_at IS 'When it was noticed.';
COMMENT ON COLUMN stream_gaps.acknowledged_at IS 'When a person dealt with it; null while it is open.';

CREATE TABLE committed_ranges (
    stream       text        NOT NULL,
    stream_id    text        NOT NULL,
    first_offset bigint      NOT NULL,
    last_offset  bigint      NOT NULL,
    last_ts      timestamptz,
    committed_at timestamptz NOT NULL,
    CONSTRAINT committed_ranges_pkey PRIMARY KEY (stream, stream_id, first_offset),
    CONSTRAINT committed_ranges_in_order CHECK (1 <= first_offset AND first_offset <= last_offset)
) WITH (fillfactor = 50, vacuum_truncate = false);
COMMENT ON TABLE committed_ranges IS
    'Which offsets are accounted for: each is in events_raw, dead_letters or duplicates. Written in the transaction that commits them; adjoining ranges are one row, so that what lies between two rows of a log is a hole.';
COMMENT ON COLUMN committed_ranges.stream IS 'The logical stream, as named by the writer.';
COMMENT ON COLUMN committed_ranges.stream_id IS 'The log that the offsets count in.';
COMMENT ON COLUMN committed_ranges.first_offset IS 'The first offset of the range.';
COMMENT ON COLUMN committed_ranges.last_offset IS 'The last offset of the range.';
COMMENT ON COLUMN committed_ranges.last_ts IS 'The ts of the last event committed in it; null while it holds none.';
COMMENT ON COLUMN committed_ranges.committed_at IS 'When it last grew.';

CREATE TABLE archives (
    month       date        NOT NULL,
    part        integer     NOT NULL,
    file        text        NOT NULL,
    rows        bigint      NOT NULL,
    bytes       bigint      NOT NULL,
    first_ts    timestamptz NOT NULL,
    last_ts     timestamptz NOT NULL,
    sha256      text        NOT NULL,
    archived_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    archived_by text        NOT NULL DEFAULT session_user,
    CONSTRAINT archives_pkey PRIMARY KEY (month, part),
    CONSTRAINT archives_file_once UNIQUE (file),
    CONSTRAINT archives_month_is_whole CHECK (extract(day FROM month) = 1),
    CONSTRAINT archives_part_positive CHECK (part >= 1),
    CONSTRAINT archives_rows_positive CHECK (rows >= 1),
    CONSTRAINT archives_span_in_order CHECK (first_ts <= last_ts),
    CONSTRAINT archives_sha256_is_hex CHECK (sha256 ~ '^[0-9a-f]{64}$')
);
COMMENT ON TABLE archives IS
    'The Parquet files into which old months of events_raw went, one row a file. Guarantee: the file was read back and was the same as the partition, row for row, before that was dropped in the transaction that wrote the row here. A count of raw events has to include these.';
COMMENT ON COLUMN archives.month IS 'The first day of the month (UTC).';
COMMENT ON COLUMN archives.part IS '1; what came late, after the month was archived, is part 2 and so on.';
COMMENT ON COLUMN archives.file IS 'The file''s name in the folder of the archive. A manifest (.json) lies beside it.';
COMMENT ON COLUMN archives.rows IS 'How many events it holds.';
COMMENT ON COLUMN archives.bytes IS 'How long it is.';
COMMENT ON COLUMN archives.first_ts IS 'The oldest ts in it.';
COMMENT ON COLUMN archives.last_ts IS 'The newest ts in it.';
COMMENT ON COLUMN archives.sha256 IS 'SHA-256 of the file, in hex: a rebuild reads no other.';
COMMENT ON COLUMN archives.archived_at IS 'When.';
COMMENT ON COLUMN archives.archived_by IS 'The login that did it.';

CREATE TABLE schema_drift (
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
COMMENT ON TABLE schema_drift IS
    'Event types and payload fields that the contract does not know, each listed once, in the transaction that took the first event with it. They are in events_raw.payload; nothing is dropped. Not a function of the raw events: what comes first is told by arrival.';
COMMENT ON COLUMN schema_drift.stream IS 'The logical stream, as named by the writer.';
COMMENT ON COLUMN schema_drift.event_type IS 'The event type.';
COMMENT ON COLUMN schema_drift.field IS
    'The payload field, cut to 200 characters; null when the event type itself is unknown to the contract.';
COMMENT ON COLUMN schema_drift.json_type IS 'What kind of value it held at first.';
COMMENT ON COLUMN schema_drift.first_event_id IS 'An event that has it: see events_raw.';
COMMENT ON COLUMN schema_drift.first_seen IS 'When it was first committed.';

CREATE TABLE audit_log (
    audit_id    bigint GENERATED ALWAYS AS IDENTITY,
    happened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor       text        NOT NULL DEFAULT session_user,
    action      text        NOT NULL,
    object      text        NOT NULL,
    details     jsonb       NOT NULL DEFAULT '{}',
    CONSTRAINT audit_log_pkey PRIMARY KEY (audit_id),
    CONSTRAINT audit_log_action_not_empty CHECK (action <> '')
);
COMMENT ON TABLE audit_log IS
    'What people and maintenance do: dead-letter edits, rebuilds, retention, role changes. Not each ingested row: the raw events are that trail.';
COMMENT ON COLUMN audit_log.audit_id IS 'Surrogate key.';
COMMENT ON COLUMN audit_log.happened_at IS 'When.';
COMMENT ON COLUMN audit_log.actor IS 'The login that did it.';
COMMENT ON COLUMN audit_log.action IS 'What was done, e.g. dead_letter_retried.';
COMMENT ON COLUMN audit_log.object IS 'To what.';
COMMENT ON COLUMN audit_log.details IS 'Before, after and why.';
