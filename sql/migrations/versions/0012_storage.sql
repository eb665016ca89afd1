-- How each table is kept. Where nothing is said, PostgreSQL's own settings are right.

-- Writers are kept out from the first of their tables on: whoever takes a later one first may wait for them in a ring.
LOCK TABLE raw_data.event_ids IN SHARE ROW EXCLUSIVE MODE;

-- Rows that are added and never changed again: frozen by the first vacuum that sees them, while their pages are still in
-- memory, so that no later one has to read and write old pages only to freeze them. That vacuum comes after so many rows
-- and not after a share of the table, which would be weeks of rows in a large one; it also gives a BRIN its summaries.
-- The planner is told of new rows after a fiftieth and not a tenth, because what is asked for most is what came last.
DO $$
DECLARE
    name regclass;
BEGIN
    FOR name IN
        SELECT unnest(ARRAY[
            'raw_data.event_ids', 'raw_data.events_raw_default', 'analytics.order_items',
            'analytics.order_status_history', 'analytics.payments', 'analytics.refunds', 'analytics.feedback'
        ])::regclass
        UNION
        SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'raw_data.events_raw'::regclass
    LOOP
        EXECUTE format(
            'ALTER TABLE %s SET (autovacuum_freeze_min_age = 0, autovacuum_vacuum_insert_threshold = 50000,'
            ' autovacuum_vacuum_insert_scale_factor = 0, autovacuum_analyze_scale_factor = 0.02)', name);
    END LOOP;
END
$$;

-- An order is updated a few times within the hour in which it was made. Its page has room for that (fillfactor 80), and
-- what an update leaves behind is cleared away by the next one on the page; vacuum sweeps the rest after a fiftieth of
-- the table, instead of two million orders in ten. No early freezing: the newest orders change again.
ALTER TABLE analytics.orders SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

-- Written by each commit, and no larger than some pages. Vacuum must not give back their last pages: that takes a lock
-- which every commit would wait for, and the room is wanted again at once.
ALTER TABLE raw_data.stream_checkpoints SET (vacuum_truncate = false);
ALTER TABLE raw_data.committed_ranges SET (vacuum_truncate = false);
ALTER TABLE analytics.rollup_watermark SET (vacuum_truncate = false);

-- A queue: filled by writers, emptied by each refresh, and read by every view in between, dead rows included.
ALTER TABLE analytics.rollup_invalidations SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500, vacuum_truncate = false
);
