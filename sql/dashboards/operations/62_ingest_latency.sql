-- title: Ingest latency, 99 of 100 events
-- chart: scalar
-- unit: duration
-- y: latency_p99
-- formats: latency_p50 duration, accepted_share percent
-- description: Seconds from an event to its commit, of the events of the last minutes; and of the events of the last hour, how
--   many were accepted. Unknown while no event has come.
SELECT
    round(latency_p99::numeric, 3) AS latency_p99,
    round(latency_p50::numeric, 3) AS latency_p50,
    accepted AS accepted_events,
    refused AS refused_events,
    round(100.0 * accepted / nullif(accepted + refused, 0), 2) AS accepted_share
FROM analytics.last_hour_of_ingest();
