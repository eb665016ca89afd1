-- title: Position in the stream
-- chart: scalar
-- unit: count
-- y: latest_offset
-- description: All events of the stream up to this offset are in the warehouse. Unknown before the first commit.
SELECT analytics.get_latest_offset() AS latest_offset;
