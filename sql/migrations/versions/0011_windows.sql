-- Windows of a minute, and the events that came when theirs was final. How far a stream has come stands in its checkpoint,
-- which every batch moves anyway. Writers of before leave it as it is, and find nothing late.

-- Writers are kept out from the first of their tables on: whoever takes a later one first may wait for them in a ring.
LOCK TABLE raw_data.event_ids IN SHARE ROW EXCLUSIVE MODE;

ALTER TABLE raw_data.stream_checkpoints ADD COLUMN latest_event_time timestamptz;
COMMENT ON COLUMN raw_data.stream_checkpoints.latest_event_time IS
    'The greatest event time committed: order_ts of an order_created, ts of any other. One further ahead of the database''s clock than window_lateness of analytics.thresholds does not count. Null before the first, and of a stream that is taken raw.';

CREATE TABLE raw_data.late_arrivals (
    event_id   uuid        NOT NULL,
    event_type text        NOT NULL,
    order_id   uuid        NOT NULL,
    event_time timestamptz NOT NULL,
    watermark  timestamptz NOT NULL,
    known_at   timestamptz NOT NULL,
    CONSTRAINT late_arrivals_pkey PRIMARY KEY (event_id),
    CONSTRAINT late_arrivals_minute_had_ended
        CHECK (date_bin('1 minute', event_time, '2000-01-01 00:00+00') + interval '1 minute' <= watermark)
);
CREATE INDEX late_arrivals_order_id ON raw_data.late_arrivals (order_id);
CREATE INDEX late_arrivals_known_at ON raw_data.late_arrivals (known_at);
COMMENT ON TABLE raw_data.late_arrivals IS
    'Events that change a window''s figures and came when the minute of their own event time was final in their stream. Written in the transaction that took them. Not a function of the raw events: a rebuild leaves it as it is.';
COMMENT ON COLUMN raw_data.late_arrivals.event_id IS 'The event.';
COMMENT ON COLUMN raw_data.late_arrivals.event_type IS
    'order_created, payment_captured, payment_refunded, or order_status_changed to cancelled.';
COMMENT ON COLUMN raw_data.late_arrivals.order_id IS 'The order whose window it restates.';
COMMENT ON COLUMN raw_data.late_arrivals.event_time IS 'order_ts of an order_created, ts of any other.';
COMMENT ON COLUMN raw_data.late_arrivals.watermark IS 'The watermark of its stream when it came.';
COMMENT ON COLUMN raw_data.late_arrivals.known_at IS
    'When it came, by the clock of the database: one instant a batch, later than that of every batch before.';

INSERT INTO analytics.thresholds (name, value, unit, meaning) VALUES
    ('window_lateness', 600, 'seconds', 'How far the watermark is behind the greatest event time: what comes later than this is late.'),
    ('window_idle_stream', 86400, 'seconds', 'A stream that has committed nothing for this much longer than another holds no window open.'),
    ('live_latency_span', 300, 'seconds', 'How far back live_metrics looks for the latency of ingestion.');

-- Always at its right end, so that it costs ingestion little; a BRIN would have to be summarised in time.
CREATE INDEX orders_minute ON analytics.orders (date_bin('1 minute', order_ts, '2000-01-01 00:00+00'));
-- Rows lie in the order in which they came.
CREATE INDEX events_raw_ingested_at_brin ON raw_data.events_raw USING brin (ingested_at)
    WITH (pages_per_range = 32, autosummarize = on);
