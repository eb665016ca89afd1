-- The account of every stream: which offsets were committed, kept as ranges that grow with each batch. A healthy
-- stream is one row, however long it runs, so that a certificate of completeness costs nothing at any size.

CREATE TABLE raw_data.committed_ranges (
    stream       text        NOT NULL,
    stream_id    text        NOT NULL,
    first_offset bigint      NOT NULL,
    last_offset  bigint      NOT NULL,
    last_ts      timestamptz,
    committed_at timestamptz NOT NULL,
    CONSTRAINT committed_ranges_pkey PRIMARY KEY (stream, stream_id, first_offset),
    CONSTRAINT committed_ranges_in_order CHECK (1 <= first_offset AND first_offset <= last_offset)
) WITH (fillfactor = 50);
COMMENT ON TABLE raw_data.committed_ranges IS
    'Which offsets are accounted for: each is in events_raw, dead_letters or duplicates. Written in the transaction that commits them; adjoining ranges are one row, so that what lies between two rows of a log is a hole.';
COMMENT ON COLUMN raw_data.committed_ranges.stream IS 'The logical stream, as named by the writer.';
COMMENT ON COLUMN raw_data.committed_ranges.stream_id IS 'The log that the offsets count in.';
COMMENT ON COLUMN raw_data.committed_ranges.first_offset IS 'The first offset of the range.';
COMMENT ON COLUMN raw_data.committed_ranges.last_offset IS 'The last offset of the range.';
COMMENT ON COLUMN raw_data.committed_ranges.last_ts IS 'The ts of the last event committed in it; null while it holds none.';
COMMENT ON COLUMN raw_data.committed_ranges.committed_at IS 'When it last grew.';

-- What was committed before this table was: found once.
INSERT INTO raw_data.committed_ranges (stream, stream_id, first_offset, last_offset, last_ts, committed_at)
SELECT stream, stream_id, min(event_offset), max(event_offset), max(ts), now()
FROM (
    SELECT stream, stream_id, event_offset, ts,
        event_offset - dense_rank() OVER (PARTITION BY stream, stream_id ORDER BY event_offset) AS island
    FROM (
        SELECT c.stream, r.stream_id, r.event_offset, r.ts
        FROM raw_data.events_raw AS r JOIN raw_data.stream_checkpoints AS c ON c.stream_id = r.stream_id
        UNION
        SELECT stream, stream_id, event_offset, NULL FROM raw_data.duplicates
        UNION
        SELECT stream, stream_id, event_offset, NULL FROM raw_data.dead_letters
        WHERE stream_id IS NOT NULL AND event_offset IS NOT NULL
    ) AS taken
) AS islands
GROUP BY stream, stream_id, island;
