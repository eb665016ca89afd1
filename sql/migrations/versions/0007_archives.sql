-- Retention: old months leave events_raw for files. What they were is on record, in the transaction that drops them.

CREATE TABLE raw_data.archives (
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
COMMENT ON TABLE raw_data.archives IS
    'The Parquet files into which old months of events_raw went, one row a file. Guarantee: the file was read back and was the same as the partition, row for row, before that was dropped in the transaction that wrote the row here. Whoever counts raw events has to count these too.';
COMMENT ON COLUMN raw_data.archives.month IS 'The first day of the month (UTC).';
COMMENT ON COLUMN raw_data.archives.part IS '1; what came late, after the month was archived, is part 2 and so on.';
COMMENT ON COLUMN raw_data.archives.file IS 'The file''s name in the folder of the archive. A manifest (.json) lies beside it.';
COMMENT ON COLUMN raw_data.archives.rows IS 'How many events it holds.';
COMMENT ON COLUMN raw_data.archives.bytes IS 'How long it is.';
COMMENT ON COLUMN raw_data.archives.first_ts IS 'The oldest ts in it.';
COMMENT ON COLUMN raw_data.archives.last_ts IS 'The newest ts in it.';
COMMENT ON COLUMN raw_data.archives.sha256 IS 'SHA-256 of the file, in hex: a rebuild reads no other.';
COMMENT ON COLUMN raw_data.archives.archived_at IS 'When.';
COMMENT ON COLUMN raw_data.archives.archived_by IS 'The login that did it.';
