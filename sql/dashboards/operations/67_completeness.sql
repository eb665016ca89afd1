-- title: Completeness
-- chart: table
-- description: Per stream: up to which offset every event is accounted for, which offsets are missing, and how many events are
--   dead letters.
SELECT
    stream,
    complete,
    complete_up_to_offset,
    complete_up_to_ts,
    committed_offsets,
    missing_offsets,
    dead_letters,
    CASE WHEN jsonb_array_length(holes) > 0 THEN holes::text END AS holes
FROM analytics.completeness()
ORDER BY stream, stream_id;
