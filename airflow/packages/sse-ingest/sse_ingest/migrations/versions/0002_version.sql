-- The version of what an event states, as its producer counts. Only the catalog changes: events from before have none. The
-- constraint holds for new rows at once; 0003 checks the others, and blocks no writer.

LOCK TABLE event_ids IN SHARE ROW EXCLUSIVE MODE;

ALTER TABLE events_raw ADD COLUMN version bigint;
COMMENT ON COLUMN events_raw.version IS
    'The version of what the event states, as its producer counts; null where the producer does not. Of two events that state the same thing, the greater version wins.';

ALTER TABLE events_raw ADD CONSTRAINT events_raw_version_not_negative CHECK (version >= 0) NOT VALID;

COMMENT ON COLUMN event_ids.content_hash IS
    'BLAKE2b-128 of type, ts, partition key and payload, and of the version where there is one: the same id with the same hash is a duplicate, with another hash a conflict.';
