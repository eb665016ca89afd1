CREATE OR REPLACE FUNCTION analytics.stream_of(stream_id text)
RETURNS text
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
RETURN coalesce(nullif(regexp_replace(stream_id, '_[^_]*$', ''), ''), stream_id);

COMMENT ON FUNCTION analytics.stream_of(text) IS
    'The stream of a log: the name of the log up to its last underscore, or else its whole name. A log that follows a lost one is of the same stream.';
