CREATE OR REPLACE FUNCTION analytics.get_latest_offset(stream text DEFAULT 'restaurant')
RETURNS bigint
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT min(c.event_offset)
    FROM raw_data.stream_checkpoints AS c
    WHERE c.stream = get_latest_offset.stream AND c.committed_at IS NOT NULL
$$;

COMMENT ON FUNCTION analytics.get_latest_offset(text) IS
    'The offset up to which all events of the stream are in the warehouse; null before the first commit.';
