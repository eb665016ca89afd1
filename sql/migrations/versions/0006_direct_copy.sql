-- Rows come by COPY, without a statement that could tell the time. (Not clock_timestamp(): for a volatile default COPY
-- would insert row by row.)

ALTER TABLE raw_data.events_raw ALTER COLUMN ingested_at SET DEFAULT statement_timestamp();

-- One index instead of two. The key begins with the order, as which the changes are looked for; event_id alone is unique
-- by raw_data.event_ids.
ALTER TABLE analytics.order_status_history DROP CONSTRAINT order_status_history_pkey;
DROP INDEX analytics.order_status_history_order_id;
ALTER TABLE analytics.order_status_history
    ADD CONSTRAINT order_status_history_pkey PRIMARY KEY (order_id, changed_ts, event_id);
