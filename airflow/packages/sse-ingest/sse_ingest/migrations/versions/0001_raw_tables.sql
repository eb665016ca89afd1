-- The tables that every stream needs: accepted events, dead letters, duplicates, gaps, and the position of each stream.
-- They are created in the first schema of the search_path. A writer inserts raw events; nobody updates or deletes them.
-- The settings of autovacuum: the first vacuum freezes rows that never change, while their pages are in memory. Tables
-- that every commit updates keep their empty last pages, because truncating them would block commits.

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
    'The event_id of every event that was ever taken, once: this makes ingestion exactly-once. Not partitioned, and kept when old raw events are archived, so that an old event that is delivered again is still recognised.';
COMMENT ON COLUMN event_ids.event_id IS 'The identity of the event, forever.';
COMMENT ON COLUMN event_ids.ts IS 'When the event happened. It identifies the partition of events_raw.';
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
    'Every accepted event as received, exactly once, partitioned by month of ts. Typed tables, if there are any, are computed from this table only.';
COMMENT ON COLUMN events_raw.event_offset IS 'Position in the stream named by stream_id; strictly increasing there.';
COMMENT ON COLUMN events_raw.event_id IS 'The identity of the event; unique through event_ids.';
COMMENT ON COLUMN events_raw.event_type IS 'What happened. Unknown types are kept too.';
COMMENT ON COLUMN events_raw.ts IS 'When it happened (UTC).';
COMMENT ON COLUMN events_raw.partition_key IS 'What the event belongs to, such as a shop or a device; for a stream taken raw, its name.';
COMMENT ON COLUMN events_raw.payload IS 'The fields of the event''s type, as received.';
COMMENT ON COLUMN events_raw.ingested_at IS 'When the batch of the event was written, by the clock of the database.';
COMMENT ON COLUMN events_raw.ingested_by IS 'The writer that committed it: host and process.';
COMMENT ON COLUMN events_raw.stream_id IS
    'The log that it was read from. A log that was lost and started again has a new stream_id.';

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
    'Offsets whose event was already taken at another offset with the same content. They are recorded so that every offset is accounted for.';
COMMENT ON COLUMN duplicates.stream IS 'The logical stream, as named by the writer.';
COMMENT ON COLUMN duplicates.stream_id IS 'The log of the repeated event.';
COMMENT ON COLUMN duplicates.event_offset IS 'The offset of the repeated event.';
COMMENT ON COLUMN duplicates.event_id IS 'The event that is repeated: see event_ids.';
COMMENT ON COLUMN duplicates.seen_at IS 'When the repeated event was committed.';

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
    'Events that were refused, each once, with the bytes as received and the reason. An event that is here is not in events_raw, unless it was retried.';
COMMENT ON COLUMN dead_letters.dead_letter_id IS 'Surrogate key. People and commands use it to name a dead letter.';
COMMENT ON COLUMN dead_letters.stream IS 'The logical stream, as named by the writer.';
COMMENT ON COLUMN dead_letters.stream_id IS 'The log of the event, where its position could be read.';
COMMENT ON COLUMN dead_letters.event_offset IS 'Its offset in that log, where it could be read.';
COMMENT ON COLUMN dead_letters.event_id IS 'Its event_id, where it could be read.';
COMMENT ON COLUMN dead_letters.event_type IS 'Its type, where it could be read.';
COMMENT ON COLUMN dead_letters.reason_code IS 'The reason, as one of the codes of sse_ingest.';
COMMENT ON COLUMN dead_letters.detail IS 'The reason, as a sentence that names the field and the value.';
COMMENT ON COLUMN dead_letters.received IS 'The data of the frame, byte for byte.';
COMMENT ON COLUMN dead_letters.received_hash IS
    'SHA-256 of received. The same dead letter again increases attempts and adds no row.';
COMMENT ON COLUMN dead_letters.first_seen IS 'When it was first refused.';
COMMENT ON COLUMN dead_letters.last_seen IS 'When it was last refused.';
COMMENT ON COLUMN dead_letters.attempts IS 'How often it was tried.';
COMMENT ON COLUMN dead_letters.resolved_at IS 'When a person resolved it; null while it is open.';
COMMENT ON COLUMN dead_letters.resolution IS 'How it was resolved: retried, edited or discarded.';

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
    'How far each stream is committed. Guarantee: every offset up to event_offset of stream_id is in events_raw, dead_letters, duplicates or stream_gaps, because the same transaction writes them and moves this row. Only the holder of the current fence can move it.';
COMMENT ON COLUMN stream_checkpoints.stream IS 'The logical stream, as named by the writer.';
COMMENT ON COLUMN stream_checkpoints.shard IS 'The shard of the stream; 0 while one writer reads the whole stream.';
COMMENT ON COLUMN stream_checkpoints.stream_id IS 'The log of event_offset; null before the first event.';
COMMENT ON COLUMN stream_checkpoints.event_offset IS 'The last offset committed; 0 before the first.';
COMMENT ON COLUMN stream_checkpoints.last_event_id IS 'The id of the last committed frame. The writer resumes with it.';
COMMENT ON COLUMN stream_checkpoints.event_ts IS 'When the last event committed happened.';
COMMENT ON COLUMN stream_checkpoints.committed_at IS 'When the checkpoint last moved.';
COMMENT ON COLUMN stream_checkpoints.head_offset IS 'The newest offset of the source, as the writer last saw it: lag = head_offset - event_offset.';
COMMENT ON COLUMN stream_checkpoints.head_seen_at IS 'When the writer last read head_offset.';
COMMENT ON COLUMN stream_checkpoints.fence IS
    'The fencing number. Each new writer increases it, and a commit with an older number is refused.';
COMMENT ON COLUMN stream_checkpoints.holder IS
    'The writer that holds the lease: host, process and route. Null when no writer runs.';
COMMENT ON COLUMN stream_checkpoints.holder_pids IS
    'The database backends of the holder. A standby terminates them when the lease has expired.';
COMMENT ON COLUMN stream_checkpoints.lease_renewed_at IS 'When the holder last renewed its lease.';

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
    'Offsets that the source did not deliver. Unless nothing is known to be missing, their events are lost until the producer publishes them again.';
COMMENT ON COLUMN stream_gaps.gap_id IS 'Surrogate key.';
COMMENT ON COLUMN stream_gaps.stream IS 'The logical stream, as named by the writer.';
COMMENT ON COLUMN stream_gaps.kind IS
    'retention: the source had deleted the events; stream_lost: the source lost its log and started a new one; hole: the stream skipped offsets and reported no gap.';
COMMENT ON COLUMN stream_gaps.stream_id IS 'The log with which the source continues.';
COMMENT ON COLUMN stream_gaps.requested IS 'The position from which the writer wanted to resume.';
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
    'The offsets that are accounted for: each is in events_raw, dead_letters or duplicates. Written in the transaction that commits them. Adjacent ranges are one row, so offsets between two rows of a log are missing.';
COMMENT ON COLUMN committed_ranges.stream IS 'The logical stream, as named by the writer.';
COMMENT ON COLUMN committed_ranges.stream_id IS 'The log of the offsets.';
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
    'The Parquet files that hold old months of events_raw, one row per file. Guarantee: the file was read back and compared with the partition row by row, before the transaction that wrote this row dropped the partition. A count of raw events has to include these files.';
COMMENT ON COLUMN archives.month IS 'The first day of the month (UTC).';
COMMENT ON COLUMN archives.part IS '1. Events that came after the month was archived are in part 2 and so on.';
COMMENT ON COLUMN archives.file IS 'The file''s name in the folder of the archive. A manifest (.json) lies beside it.';
COMMENT ON COLUMN archives.rows IS 'How many events it holds.';
COMMENT ON COLUMN archives.bytes IS 'Size of the file.';
COMMENT ON COLUMN archives.first_ts IS 'The oldest ts in it.';
COMMENT ON COLUMN archives.last_ts IS 'The newest ts in it.';
COMMENT ON COLUMN archives.sha256 IS
    'SHA-256 of the file, in hexadecimal. A rebuild reads only a file with this checksum.';
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
    'Event types and payload fields that the contract does not know, each listed once, in the transaction that took the first event with it. They are in events_raw.payload; nothing is dropped. The rows depend on the order of arrival, not only on the raw events.';
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
