CREATE OR REPLACE FUNCTION analytics.completeness()
RETURNS TABLE (
    stream text,
    stream_id text,
    complete_up_to_offset bigint,
    complete_up_to_ts timestamptz,
    committed_offsets bigint,
    holes jsonb,
    missing_offsets bigint,
    dead_letters bigint,
    complete boolean
)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT * FROM raw_data.completeness()
$$;

COMMENT ON FUNCTION analytics.completeness() IS
    'One row per log: the offset up to which every event is accounted for, which offsets are missing (as [first, last] pairs), and how many dead letters are open. Reads committed_ranges only, so the cost does not grow with the number of events.';
