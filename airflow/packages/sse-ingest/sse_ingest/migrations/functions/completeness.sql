CREATE OR REPLACE FUNCTION {schema}.completeness()
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
    WITH ranges AS (
        SELECT r.*, lag(r.last_offset, 1, 0::bigint) OVER log AS previous, row_number() OVER log AS ordinal
        FROM {schema}.committed_ranges AS r
        WINDOW log AS (PARTITION BY r.stream, r.stream_id ORDER BY r.first_offset)
    ),
    logs AS (
        SELECT
            r.stream,
            r.stream_id,
            max(r.last_offset) FILTER (WHERE r.ordinal = 1 AND r.first_offset = 1) AS up_to,
            max(r.last_ts) FILTER (WHERE r.ordinal = 1 AND r.first_offset = 1) AS up_to_ts,
            sum(r.last_offset - r.first_offset + 1) AS committed,
            coalesce(sum(r.first_offset - r.previous - 1), 0) AS missing,
            coalesce(jsonb_agg(jsonb_build_array(r.previous + 1, r.first_offset - 1) ORDER BY r.first_offset)
                FILTER (WHERE r.first_offset > r.previous + 1), '[]') AS holes
        FROM ranges AS r
        GROUP BY r.stream, r.stream_id
    ),
    open_dead_letters AS (
        SELECT d.stream, d.stream_id, count(*) AS open
        FROM {schema}.dead_letters AS d
        WHERE d.resolved_at IS NULL
        GROUP BY d.stream, d.stream_id
    )
    SELECT
        l.stream,
        l.stream_id,
        coalesce(l.up_to, 0),
        l.up_to_ts,
        l.committed::bigint,
        l.holes,
        l.missing::bigint,
        coalesce(d.open, 0),
        l.missing = 0
    FROM logs AS l LEFT JOIN open_dead_letters AS d ON d.stream = l.stream AND d.stream_id = l.stream_id
    ORDER BY l.stream, l.stream_id
$$;

COMMENT ON FUNCTION {schema}.completeness() IS
    'One row per log: the offset up to which every event is accounted for, which offsets are missing (as [first, last] pairs), and how many dead letters are open. Reads committed_ranges only, so the cost does not grow with the number of events.';
