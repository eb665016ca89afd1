-- title: Events behind the source
-- chart: scalar
-- unit: count
-- y: events_behind
-- formats: source_age duration
-- description: How many events the source has that are not in the warehouse; of several streams, the worst. Unknown until
--   a writer has read the position of the source.
SELECT
    (details ->> 'lag_events')::bigint AS events_behind,
    details ->> 'stream' AS stream,
    (details ->> 'event_offset')::bigint AS event_offset,
    (details ->> 'head_offset')::bigint AS head_offset,
    (details ->> 'seconds_since_head_seen')::numeric AS source_age,
    status
FROM analytics.health_check()
WHERE component = 'lag';
