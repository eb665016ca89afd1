-- The statements of offset_ranges.py.

-- name: extend_range
-- The usual case: the offsets directly follow an existing range, or lie within it.
UPDATE committed_ranges AS r SET
    last_offset = greatest(r.last_offset, %(last)s),
    last_ts = CASE WHEN %(last)s > r.last_offset THEN coalesce(%(last_ts)s, r.last_ts) ELSE r.last_ts END,
    committed_at = clock_timestamp()
WHERE r.stream = %(stream)s
  AND r.stream_id = %(stream_id)s
  AND r.first_offset <= %(first)s
  AND r.last_offset >= %(before)s
  AND NOT EXISTS (
      SELECT FROM committed_ranges AS next
      WHERE next.stream = r.stream
        AND next.stream_id = r.stream_id
        AND next.first_offset > r.first_offset
        AND next.first_offset <= %(after)s
  )

-- name: join_ranges
-- Otherwise the offsets form a new range, which replaces every range that it touches.
WITH absorbed AS (
    DELETE FROM committed_ranges
    WHERE stream = %(stream)s
      AND stream_id = %(stream_id)s
      AND first_offset <= %(after)s
      AND last_offset >= %(before)s
    RETURNING first_offset, last_offset, last_ts
), bounds AS (
    SELECT least(min(first_offset), %(first)s) AS first, greatest(max(last_offset), %(last)s) AS last FROM absorbed
)
INSERT INTO committed_ranges (stream, stream_id, first_offset, last_offset, last_ts, committed_at)
SELECT %(stream)s, %(stream_id)s, b.first, b.last,
    CASE WHEN b.last = %(last)s THEN %(last_ts)s ELSE (SELECT last_ts FROM absorbed WHERE last_offset = b.last) END,
    clock_timestamp()
FROM bounds AS b
