-- The statements of archive.py. A word in braces is an identifier that psycopg fills in.

-- name: prepare_session
-- The server sorts a month on its disk, and our disk may be slow. So the session may be idle for long; the server checks
-- by itself whether the client is still there.
SET timezone = 'UTC';
SET work_mem = '64MB';
SET idle_in_transaction_session_timeout = 0;
SET client_connection_check_interval = '1s';
SET tcp_user_timeout = '5min'

-- name: may_archive
-- The login, and whether it may drop a partition: only the owner may.
SELECT current_user, EXISTS (
    SELECT FROM pg_class WHERE oid = to_regclass('events_raw') AND pg_has_role(relowner, 'USAGE')
)

-- name: this_month
-- The current month, by the clock of the database, which also decides on partitions.
SELECT to_char(now(), 'YYYY-MM')

-- name: warehouse
-- The identity of this warehouse, for files that exist longer than the warehouse, and the version of its migrations.
SELECT format('%s/%s', system_identifier, current_database()), (SELECT version_num FROM sse_ingest_version)
FROM pg_control_system()

-- name: stray_months
-- Months with rows in the default partition. A running writer does not create the partition of a month again that was
-- archived meanwhile: late events of that month go into the default partition.
SELECT DISTINCT date_trunc('month', ts) FROM events_raw_default
WHERE ts >= '2000-01-01' AND ts < %(before)s
ORDER BY 1

-- name: adopt
-- Creates the partition of such a month again.
SELECT make_partition(%(month)s)

-- name: partitions
-- The partitions of the months before the given one, the oldest first.
SELECT c.relname
FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
WHERE i.inhparent = 'events_raw'::regclass
  AND c.relname ~ '^events_raw_\d{4}_\d{2}$'
  AND c.relname < to_char(%(before)s::timestamptz, '"events_raw_"YYYY_MM') COLLATE "C"
ORDER BY c.relname

-- name: holds_any
-- Whether the month has events: without events it needs no file.
SELECT EXISTS (SELECT FROM {partition})

-- name: next_part
-- The number of the next file of a month. Events that arrive after their month was archived go into a further file.
SELECT coalesce(max(part), 0) + 1 FROM archives WHERE month = %(month)s

-- name: fingerprint
-- The number of rows, and a checksum of their positions and of the transactions that wrote them. It changes when a row is
-- added, changed or deleted. It reads row headers only.
SELECT count(*), sum(hashtidextended(ctid, xmin::text::bigint)) FROM {partition}

-- name: read_partition
-- Every row with every column, in an order that is the same each time.
COPY (
    SELECT
        event_offset, event_id::text, event_type, (extract(epoch FROM ts) * 1000000)::bigint, partition_key,
        payload::text, (extract(epoch FROM ingested_at) * 1000000)::bigint, ingested_by, stream_id, version
    FROM {partition} AS r
    ORDER BY r.stream_id, r.event_offset, r.event_id
) TO STDOUT (FORMAT binary)

-- name: detach
-- Waits until no session reads or writes events_raw, and then blocks all of them until the transaction ends.
ALTER TABLE events_raw DETACH PARTITION {partition}

-- name: drop
-- Without CASCADE: objects that depend on the partition belong to somebody else.
DROP TABLE {partition}

-- name: record
-- Records the file of the month.
INSERT INTO archives (month, part, file, rows, bytes, first_ts, last_ts, sha256)
VALUES (%(month)s, %(part)s, %(file)s, %(rows)s, %(bytes)s, %(first_ts)s, %(last_ts)s, %(sha256)s)

-- name: audit
-- Records the action. The database adds the login and the time.
INSERT INTO audit_log (action, object, details)
SELECT 'raw_archived', format('%%s.%%s', relnamespace::regnamespace, %(partition)s::text), %(details)s
FROM pg_class
WHERE oid = 'events_raw'::regclass
