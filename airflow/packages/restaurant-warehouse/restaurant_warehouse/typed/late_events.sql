-- The statements of lateness.py.

-- name: record_late
-- Those whose minute had ended by the watermark. When they were known is told in one's turn, so that it only grows: even if
-- the clock goes back. One that is known already was taken before somebody emptied the raw tables: it stays as it is.
WITH allowed AS (
    SELECT %(latest)s::timestamptz - interval '1 second' * analytics.threshold('window_lateness')::float8 AS watermark
), arrival AS MATERIALIZED (
    SELECT greatest(clock_timestamp(), (SELECT max(known_at) FROM raw_data.late_arrivals) + interval '1 microsecond')
        AS known_at
)
INSERT INTO raw_data.late_arrivals (event_id, event_type, order_id, event_time, watermark, known_at)
SELECT e.event_id, e.event_type, e.order_id, e.event_time, allowed.watermark, arrival.known_at
FROM unnest(%(event_ids)s::uuid[], %(event_types)s::text[], %(order_ids)s::uuid[], %(event_times)s::timestamptz[])
    AS e (event_id, event_type, order_id, event_time)
CROSS JOIN allowed
CROSS JOIN arrival
WHERE date_bin('1 minute', e.event_time, '2000-01-01 00:00+00') + interval '1 minute' <= allowed.watermark
ON CONFLICT (event_id) DO NOTHING

-- name: latest_event_time
-- How far the stream has come; of several shards the one furthest behind. At least as far as windows are final by the
-- others: a stream that has ended, or has long been idle, does not tell.
SELECT greatest(
    (SELECT min(latest_event_time) FROM raw_data.stream_checkpoints WHERE stream = %(stream)s),
    analytics.event_watermark() + interval '1 second' * analytics.threshold('window_lateness')::float8
)

-- name: move_watermark
-- A clock that is wrong must not make all others late, nor stand in the way of the others in its batch.
UPDATE raw_data.stream_checkpoints AS c SET
    latest_event_time = greatest(c.latest_event_time, (
        SELECT max(t.event_time)
        FROM unnest(%(times)s::timestamptz[]) AS t (event_time)
        WHERE t.event_time
            <= clock_timestamp() + interval '1 second' * analytics.threshold('window_lateness')::float8
    ))
WHERE c.stream = %(stream)s AND c.shard = %(shard)s AND c.fence = %(fence)s
