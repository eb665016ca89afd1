-- The statements of rebuild.py, shadow_tables.py and diff.py. A word in braces is an identifier that psycopg fills in.
-- {live} is the schema of the typed tables, {raw} that of the raw ones. Shadow tables have the names of the live ones.

-- name: prepare_session
-- A crash loses nothing that cannot be computed again, so commits do not wait for the disk. The session of a killed
-- rebuild ends soon, and not only when it would next send something.
SET synchronous_commit = off;
SET work_mem = '64MB';
SET temp_buffers = '64MB';
SET idle_in_transaction_session_timeout = 0;
SET client_connection_check_interval = '1s'

-- name: may_rebuild
-- The login, and whether it may create a schema and delete rows of the typed tables, as their owner may.
SELECT current_user, has_database_privilege(current_database(), 'CREATE')
    AND has_table_privilege(%(table)s, 'DELETE')

-- name: drop_shadow
-- Drops the shadow tables of this rebuild, or of a killed one.
DROP SCHEMA IF EXISTS rebuild_shadow CASCADE

-- name: create_shadow
-- Creates the schema of the shadow tables.
CREATE SCHEMA rebuild_shadow;
COMMENT ON SCHEMA rebuild_shadow IS
    'Temporary tables of `python -m sse_ingest rebuild`. Dropped when it ends, or by the next one if it was killed.'

-- name: find_audit_log
-- The schema of the audit log: that of the typed tables, or that of the raw ones.
SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = to_regclass('audit_log')

-- name: enter_shadow
-- From now on unqualified names refer to the shadow tables.
SET search_path = rebuild_shadow, pg_temp

-- name: create_table
-- Creates an empty table with the same columns, checks and indexes as the live table.
CREATE UNLOGGED TABLE rebuild_shadow.{table} (LIKE {live}.{table} INCLUDING ALL)

-- name: create_suspects
-- The keys of rows that may differ.
CREATE TEMPORARY TABLE {suspects} AS SELECT {key} FROM {live}.{table} WITH NO DATA

-- name: create_processed
-- The events that a processor has received. It receives each event once, as in live ingestion.
CREATE TEMPORARY TABLE processed (event_id uuid PRIMARY KEY)

-- name: describe
-- The primary key and the columns of a live table; no row when there is no such table.
SELECT
    coalesce((
        SELECT array_agg(k.attname::text ORDER BY k.attnum)
        FROM pg_index AS i JOIN pg_attribute AS k ON k.attrelid = i.indrelid AND k.attnum = ANY (i.indkey)
        WHERE i.indrelid = c.oid AND i.indisprimary
    ), '{}'),
    (
        SELECT array_agg(a.attname::text ORDER BY a.attnum)
        FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    )
FROM pg_class AS c
WHERE c.relnamespace = to_regnamespace(%(schema)s) AND c.relname = %(table)s AND c.relkind IN ('r', 'p')

-- name: horizon
-- The oldest transaction that is still running. All earlier ones have ended, so their rows are visible.
SELECT pg_snapshot_xmin(pg_current_snapshot())::xid::text

-- name: partitions
-- The partitions of the raw events, the oldest month first, and their present number of blocks.
SELECT c.relname, pg_relation_size(c.oid) / current_setting('block_size')::bigint
FROM pg_partition_tree(format('%%I.events_raw', %(raw)s::text)::regclass) AS p JOIN pg_class AS c ON c.oid = p.relid
WHERE p.isleaf
ORDER BY c.relname

-- name: read_page
-- The raw events of a range of blocks; with a horizon, only the events written since then.
INSERT INTO incoming (stream_id, event_offset, event_id, event_type, ts, partition_key, content_hash, payload, version)
SELECT stream_id, event_offset, event_id, event_type, ts, partition_key, '', payload, version
FROM {raw}.{partition}
WHERE ctid >= %(first)s::tid
  AND ctid < %(past)s::tid
  AND (%(since)s::text IS NULL OR age(xmin) <= age(%(since)s::text::xid))

-- name: choose_events
-- The events of the page that a processor has to receive and has not received yet.
INSERT INTO processed (event_id)
SELECT event_id FROM incoming WHERE event_type = ANY (%(types)s)
ON CONFLICT DO NOTHING
RETURNING event_id

-- name: chosen_events
-- All columns of these events.
SELECT i.stream_id, i.event_offset, i.event_id, i.event_type, i.ts, i.partition_key, i.payload::text, e.content_hash,
    i.version
FROM incoming AS i JOIN {raw}.event_ids AS e USING (event_id)
WHERE i.event_id = ANY (%(event_ids)s)
ORDER BY i.stream_id, i.event_offset

-- name: forget_raw
-- Deletes the events of foreign streams: their partition key is the name of the stream. They have no typed tables, even if
-- their types have the names of known ones.
DELETE FROM incoming WHERE partition_key = stream_id

-- name: types_to_merge
-- The event types that have to be merged.
SELECT DISTINCT event_type FROM incoming

-- name: empty_page
-- Empties the table for the next page.
TRUNCATE incoming

-- name: find_differences
-- Every row that is in only one of the two tables, or that is not identical in both.
INSERT INTO {suspects} ({key})
SELECT {key}
FROM {live}.{table} AS l FULL JOIN rebuild_shadow.{table} AS s USING ({key})
WHERE l.{first_key} IS NULL OR s.{first_key} IS NULL OR l *<> s

-- name: suspect_changed
-- Adds every row that has changed since then, in either table.
INSERT INTO {suspects} ({key})
SELECT {key} FROM {live}.{table} WHERE age(xmin) <= age(%(since)s::text::xid)
UNION
SELECT {key} FROM rebuild_shadow.{table} WHERE age(xmin) <= age(%(since)s::text::xid)

-- name: know_shadow
-- Updates the statistics. Otherwise joins are planned for an empty table.
ANALYZE rebuild_shadow.{table}

-- name: know_suspects
-- The same. Autovacuum cannot analyze a temporary table.
ANALYZE {suspects}

-- name: count_rows
-- The number of rows that the rebuild has computed.
SELECT count(*) FROM rebuild_shadow.{table}

-- name: count_differences
-- The numbers of missing, extra and different rows.
SELECT
    count(*) FILTER (WHERE l.{first_key} IS NULL),
    count(*) FILTER (WHERE s.{first_key} IS NULL),
    count(*) FILTER (WHERE l.{first_key} = s.{first_key})
FROM {suspects} AS x
LEFT JOIN {live}.{table} AS l USING ({key})
LEFT JOIN rebuild_shadow.{table} AS s USING ({key})

-- name: show_differences
-- The first of these rows, from both tables, with all columns.
SELECT row_to_json(l)::text, row_to_json(s)::text
FROM {suspects} AS x
LEFT JOIN {live}.{table} AS l USING ({key})
LEFT JOIN rebuild_shadow.{table} AS s USING ({key})
ORDER BY {key}
LIMIT %(limit)s

-- name: lock_event_ids
-- Every batch inserts its event_ids first. With this lock no batch is in progress, and none begins.
LOCK TABLE {raw}.event_ids IN SHARE MODE

-- name: lock_processor_table
-- Custom processors write their tables before their event_ids are inserted, so these tables are locked too.
LOCK TABLE {live}.{table} IN SHARE ROW EXCLUSIVE MODE

-- name: delete_extra
-- Deletes rows that no event makes.
DELETE FROM {live}.{table} AS l
USING {suspects} AS x
WHERE {l_key} = {x_key}
  AND NOT EXISTS (SELECT FROM rebuild_shadow.{table} AS s WHERE {s_key} = {x_key})

-- name: update_different
-- Corrects rows that differ from their events.
UPDATE {live}.{table} AS l SET ({columns}) = ROW({s_columns})
FROM rebuild_shadow.{table} AS s
WHERE {l_key} = {s_key}
  AND l *<> s
  AND EXISTS (SELECT FROM {suspects} AS x WHERE {x_key} = {s_key})

-- name: insert_missing
-- Inserts missing rows.
INSERT INTO {live}.{table} ({columns})
SELECT {s_columns}
FROM rebuild_shadow.{table} AS s
WHERE EXISTS (SELECT FROM {suspects} AS x WHERE {x_key} = {s_key})
  AND NOT EXISTS (SELECT FROM {live}.{table} AS l WHERE {l_key} = {s_key})

-- name: audit
-- Records the action and its result. The database adds the login and the time.
INSERT INTO {audit}.audit_log (action, object, details) VALUES ('analytics_rebuilt', %(object)s, %(details)s)
