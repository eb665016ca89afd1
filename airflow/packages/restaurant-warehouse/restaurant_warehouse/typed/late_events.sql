-- The statements of late_events.py.

-- name: record_late
-- Records the events whose minute ended before the watermark. known_at always increases, even if the clock goes back: the
-- writer lock makes writers run one after the other. An event can be recorded already if the raw tables were emptied
-- since; then its row stays.
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
-- The event time of the stream; of several shards the earliest. It is at least the time up to which the other streams have
-- made windows final, because a stream that has ended or is idle does not move.
SELECT greatest(
    (SELECT min(latest_event_time) FROM raw_data.stream_checkpoints WHERE stream = %(stream)s),
    analytics.event_watermark() + interval '1 second' * analytics.threshold('window_lateness')::float8
)

-- name: advance_event_time
-- Moves the event time. Returns the event time before the batch, whether the batch may have late events, and whether its
-- greatest event time is too far in the future to be used.
WITH allowed AS (
    SELECT interval '1 second' * analytics.threshold('window_lateness')::float8 AS lateness
)
UPDATE stream_checkpoints SET
    latest_event_time = CASE
        WHEN %(latest)s::timestamptz <= clock_timestamp() + lateness THEN greatest(latest_event_time, %(latest)s)
        ELSE latest_event_time
    END
FROM allowed
WHERE stream = %(stream)s AND shard = %(shard)s AND fence = %(fence)s
RETURNING
    old.latest_event_time,
    coalesce(date_bin('1 minute', %(earliest)s::timestamptz, '2000-01-01 00:00+00') + interval '1 minute'
        <= old.latest_event_time - lateness, false),
    coalesce(new.latest_event_time IS DISTINCT FROM greatest(old.latest_event_time, %(latest)s), false)

-- name: advance_to_the_present
-- An event from a wrong clock must not make all other events late, and must not hide the other events of its batch.
UPDATE stream_checkpoints AS c SET
    latest_event_time = greatest(c.latest_event_time, (
        SELECT max(t.event_time)
        FROM unnest(%(times)s::timestamptz[]) AS t (event_time)
        WHERE t.event_time
            <= clock_timestamp() + interval '1 second' * analytics.threshold('window_lateness')::float8
    ))
WHERE c.stream = %(stream)s AND c.shard = %(shard)s AND c.fence = %(fence)s

-- name: knows_columns
-- Whether the checkpoints and the typed tables have all columns that this code writes. A schema that is older than this
-- code does not have them.
SELECT bool_and(EXISTS (
    SELECT FROM pg_attribute AS a
    WHERE a.attrelid = to_regclass(needed.name) AND a.attname = needed.column_name AND NOT a.attisdropped))
FROM unnest(%(tables)s::text[], %(columns)s::text[]) AS needed (name, column_name)

-- name: forget_foreign_changes
-- Deletes events that came before the contract knew their type, and whose payload has not its form: they do not belong into the typed tables.
DELETE FROM incoming AS i
USING analytics.event_types AS t
WHERE t.event_type = i.event_type
    AND t.checked_fields IS NOT NULL
    AND NOT analytics.payload_fits(t.checked_fields, i.payload)
