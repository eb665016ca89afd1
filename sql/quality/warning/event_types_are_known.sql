-- dimension: enumeration
-- owner: data-engineering
-- description: No event type appears that the contract does not know. New fields of known types are looked at, and pass.
-- remedy: Nothing is lost, it is kept raw. Ask the producer what it means, and whether it should have a table.
SELECT
    d.event_type,
    d.field,
    d.stream,
    d.first_event_id,
    d.first_seen,
    d.field IS NULL AS failed
FROM analytics.schema_drift AS d
WHERE d.first_seen >= %(since)s AND d.first_seen < %(until)s;
