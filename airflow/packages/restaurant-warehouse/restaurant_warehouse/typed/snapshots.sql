-- The statements of snapshots.py. Table names are unqualified, so that a rebuild can run them on the shadow tables.
-- {words} in braces come from the definitions of the event types.

-- name: split
-- Adds to `incoming` the events that the snapshots in it become. Their place in the order of changes is that of the
-- snapshot, and `part_ts` is when they happened.
INSERT INTO incoming
    (stream_id, event_offset, event_id, event_type, ts, partition_key, content_hash, payload, version, part_ts)
SELECT i.stream_id, i.event_offset, i.event_id, p.event_type, i.ts, i.partition_key, i.content_hash, p.payload, i.version,
    p.happened_at
FROM incoming AS i
CROSS JOIN LATERAL analytics.parts_of_snapshot(i.payload, i.ts) AS p
WHERE i.event_type = 'order_snapshot'

-- name: has_snapshots
-- Whether there is any snapshot: without one, its rules cost nothing more.
SELECT EXISTS (SELECT FROM order_snapshots)

-- name: with_snapshot
-- The orders among these that have a snapshot.
SELECT order_id FROM order_snapshots WHERE order_id = ANY (%(order_ids)b)

-- name: replace
-- Decides which rows of one table the newest snapshots of these orders replace.
UPDATE {table} AS t SET is_replaced = NOT t.is_replaced
FROM order_snapshots AS s
WHERE s.order_id = ANY (%(order_ids)b)
    AND t.order_id = s.order_id
    AND t.is_replaced <> ({place} < {newest})

-- name: orders_of_type
-- The orders that events of one type in `incoming` name.
SELECT {order_id} AS order_id FROM incoming WHERE event_type = {event_type}

-- name: orders_of_incoming
-- The orders with a snapshot that the events in `incoming` name.
SELECT order_id FROM ({orders}) AS i JOIN order_snapshots USING (order_id)
