-- The statements of lease.py.

-- name: try_lock
-- Takes the lock of the stream if it is free.
SELECT pg_try_advisory_lock(hashtextextended(%(lock)s, 0))

-- name: wait_for_lock
-- Takes the lock of the stream, and waits for it without a limit.
SELECT pg_advisory_lock(hashtextextended(%(lock)s, 0))

-- name: release_lock
-- Releases the lock, so that the standby gets it.
SELECT pg_advisory_unlock(hashtextextended(%(lock)s, 0))

-- name: take_lease
-- Called under the lock. Raises the fence, so that no earlier writer can commit any more, and returns the position.
INSERT INTO stream_checkpoints AS c (stream, shard, fence, holder, holder_pids, lease_renewed_at)
VALUES (%(stream)s, %(shard)s, 1, %(holder)s, %(holder_pids)s, clock_timestamp())
ON CONFLICT (stream, shard) DO UPDATE SET
    fence = c.fence + 1,
    holder = excluded.holder,
    holder_pids = excluded.holder_pids,
    lease_renewed_at = excluded.lease_renewed_at
RETURNING fence, stream_id, event_offset, last_event_id

-- name: renew_lease
-- Renews the lease, and stores the newest offset of the source. No row is updated when another writer has taken over.
UPDATE stream_checkpoints SET
    lease_renewed_at = clock_timestamp(),
    head_offset = coalesce(%(head_offset)s, head_offset),
    head_seen_at = CASE WHEN %(head_offset)s::bigint IS NULL THEN head_seen_at ELSE clock_timestamp() END
WHERE stream = %(stream)s AND shard = %(shard)s AND fence = %(fence)s

-- name: drop_lease
-- Removes the holder: nobody writes the stream now.
UPDATE stream_checkpoints SET
    holder = NULL,
    holder_pids = '{}',
    lease_renewed_at = NULL
WHERE stream = %(stream)s AND shard = %(shard)s AND fence = %(fence)s

-- name: standby_waiting
-- For how many seconds the standby that has waited longest waits for the lock; null when none waits.
SELECT extract(epoch FROM clock_timestamp() - min(coalesce(waitstart, clock_timestamp())))::float8
FROM pg_locks, hashtextextended(%(lock)s, 0) AS key
WHERE locktype = 'advisory'
  AND NOT granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND ((classid::bigint << 32) | objid::bigint) = key
  AND objsubid = 1

-- name: end_expired_holder
-- A stopped process keeps its connections open, and with them its lock. Its backends are ended when its lease has
-- expired. The same holds for a process that has the lock and no lease: it stopped before it took the lease or after it
-- released it. (Only an idle one: a session that has just got the lock still shows the time at which its wait began.)
SELECT a.pid, pg_terminate_backend(a.pid)
FROM pg_stat_activity AS a
LEFT JOIN stream_checkpoints AS c ON c.stream = %(stream)s AND c.shard = %(shard)s
WHERE a.usename = current_user
  AND a.application_name LIKE 'sse_ingest%%'
  AND (c.lease_renewed_at < clock_timestamp() - make_interval(secs => %(lease_seconds)s) OR c.lease_renewed_at IS NULL)
  AND (
      a.pid = ANY (c.holder_pids)
      OR a.state = 'idle'
      AND a.state_change < clock_timestamp() - make_interval(secs => %(lease_seconds)s)
      AND a.pid IN (
          SELECT pid
          FROM pg_locks, hashtextextended(%(lock)s, 0) AS key
          WHERE locktype = 'advisory'
            AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND ((classid::bigint << 32) | objid::bigint) = key
            AND objsubid = 1
      )
  )

-- name: end_previous_holder
-- Called under the lock. Ends the backends of a writer that has lost the lock but still has other connections.
SELECT count(pg_terminate_backend(a.pid))
FROM stream_checkpoints AS c
JOIN pg_stat_activity AS a ON a.pid = ANY (c.holder_pids)
WHERE c.stream = %(stream)s
  AND c.shard = %(shard)s
  AND a.usename = current_user
  AND a.application_name LIKE 'sse_ingest%%'
