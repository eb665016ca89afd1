-- title: Position in the stream
-- chart: scalar
-- unit: count
-- y: latest_offset
-- description: Everything of the stream up to this offset is in the warehouse; unknown before the first commit.
SELECT analytics.get_latest_offset() AS latest_offset;
