-- dimension: enumeration
-- owner: data-engineering
-- description: Every event type is known to the contract. New fields of known types are checked, and pass.
-- remedy: The events are kept raw. Ask the producer what the type means, and whether it should have a table.
SELECT
    d.event_type,
    d.field,
    d.stream,
    d.first_event_id,
    d.first_seen,
    d.field IS NULL AS failed
FROM analytics.schema_drift AS d
WHERE d.first_seen >= %(since)s AND d.first_seen < %(until)s;
