-- dimension: reconciliation
-- owner: data-engineering
-- description: Each event of a type that has a table has its row there, unless it came before the table and does not fit.
-- remedy: Rows were deleted by hand, or a merge is wrong: rebuild analytics from raw (python -m sse_ingest rebuild).
SELECT
    a.event_id,
    a.event_type,
    a.row_id,
    a.order_id,
    a.location_code,
    a.ts AS happened_at,
    a.row_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM analytics.typed_rows AS r WHERE r.event_type = a.event_type AND r.row_id = a.row_id) AS failed
FROM analytics.arrived_events(%(since)s, %(until)s, (
    SELECT array_agg(t.event_type) FROM analytics.event_types AS t WHERE t.version_column IS NULL)) AS a;
