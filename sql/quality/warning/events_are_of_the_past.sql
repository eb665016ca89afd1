-- dimension: timestamps
-- owner: data-engineering
-- description: No event has a ts later than its arrival.
-- remedy: The clock of the device that made the event is ahead: set it, and publish the events again with the right time.
SELECT
    a.event_id,
    a.event_type,
    a.order_id,
    a.ts,
    a.ingested_at AS arrived_at,
    a.ts > a.ingested_at + interval '1 second' * analytics.threshold('future_events_grace')::float8 AS failed
FROM analytics.arrived_events(%(since)s, %(until)s, NULL) AS a;
