-- The statements of archive.py. A word in braces is an identifier, put in by psycopg.

-- name: prepare_session
-- A month is sorted on the server's disk, and our own may be slow to take it: neither is a sign that we are gone, which
-- the server looks for itself.
SET timezone = 'UTC';
SET work_mem = '64MB';
SET idle_in_transaction_session_timeout = 0;
SET client_connection_check_interval = '1s';
SET tcp_user_timeout = '5min'

-- name: may_archive
-- Only who may drop a partition: its owner.
SELECT current_user, EXISTS (
    SELECT FROM pg_class WHERE oid = to_regclass('events_raw') AND pg_has_role(relowner, 'USAGE')
)

-- name: this_month
-- By the clock that partitions are made by.
SELECT to_char(now(), 'YYYY-MM')

-- name: warehouse
-- Which one this is, for files that outlive it, and the migration that it is at.
SELECT format('%s/%s', system_identifier, current_database()), (SELECT version_num FROM sse_ingest_version)
FROM pg_control_system()

-- name: stray_months
-- A writer that had met a month before it was archived leaves what comes late to the default partition.
SELECT DISTINCT date_trunc('month', ts) FROM events_raw_default
WHERE ts >= '2000-01-01' AND ts < %(before)s
ORDER BY 1

-- name: adopt
-- Gives such a month its partition again.
SELECT make_partition(%(month)s)

-- name: partitions
-- The months that lie wholly before the given one, oldest first.
SELECT c.relname
FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
WHERE i.inhparent = 'events_raw'::regclass
  AND c.relname ~ '^events_raw_\d{4}_\d{2}$'
  AND c.relname < to_char(%(before)s::timestamptz, '"events_raw_"YYYY_MM') COLLATE "C"
ORDER BY c.relname

-- name: holds_any
-- A month without events needs no file.
SELECT EXISTS (SELECT FROM {partition})

-- name: next_part
-- What came after a month was archived goes into a file of its own.
SELECT coalesce(max(part), 0) + 1 FROM archives WHERE month = %(month)s

-- name: fingerprint
-- How many rows, and a sum over their places and the transactions that wrote them: every row that is added, changed or
-- deleted changes it. Looks at the heads of rows only.
SELECT count(*), sum(hashtidextended(ctid, xmin::text::bigint)) FROM {partition}

-- name: read_partition
-- Every row and column, in an order that another reading repeats.
COPY (
    SELECT
        event_offset, event_id::text, event_type, (extract(epoch FROM ts) * 1000000)::bigint, partition_key,
        payload::text, (extract(epoch FROM ingested_at) * 1000000)::bigint, ingested_by, stream_id
    FROM {partition} AS r
    ORDER BY r.stream_id, r.event_offset, r.event_id
) TO STDOUT (FORMAT binary)

-- name: detach
-- Waits until nobody reads or writes events_raw any more, and from then on nobody can.
ALTER TABLE events_raw DETACH PARTITION {partition}

-- name: drop
-- Never CASCADE: what somebody has built upon a partition is theirs.
DROP TABLE {partition}

-- name: record
-- Where the month is now.
INSERT INTO archives (month, part, file, rows, bytes, first_ts, last_ts, sha256)
VALUES (%(month)s, %(part)s, %(file)s, %(rows)s, %(bytes)s, %(first_ts)s, %(last_ts)s, %(sha256)s)

-- name: audit
-- Who did it.
INSERT INTO audit_log (action, object, details)
SELECT 'raw_archived', format('%%s.%%s', relnamespace::regnamespace, %(partition)s::text), %(details)s
FROM pg_class
WHERE oid = 'events_raw'::regclass
