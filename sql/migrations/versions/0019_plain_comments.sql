-- Comments of tables and columns, where the wording of the migration that created them was hard to read.

COMMENT ON TABLE raw_data.event_ids IS
    'The event_id of every event that was ever taken, once: this makes ingestion exactly-once. Not partitioned, and kept when old raw events are archived, so that an old event that is delivered again is still recognised.';
COMMENT ON COLUMN raw_data.event_ids.ts IS 'When the event happened. It identifies the partition of events_raw.';
COMMENT ON TABLE raw_data.events_raw IS
    'Every accepted event as received, exactly once, partitioned by month of ts. The analytics tables are computed from this table only.';
COMMENT ON COLUMN raw_data.events_raw.ingested_at IS
    'When the batch of the event was written, by the clock of the database.';
COMMENT ON COLUMN raw_data.events_raw.stream_id IS
    'The log that it was read from. A log that was lost and started again has a new stream_id.';
COMMENT ON TABLE raw_data.events_raw_default IS
    'Events outside all monthly partitions, so that none is refused. Should be empty: health_check() reports its rows.';
COMMENT ON TABLE raw_data.duplicates IS
    'Offsets whose event was already taken at another offset with the same content. They are recorded so that every offset is accounted for.';
COMMENT ON COLUMN raw_data.duplicates.stream_id IS 'The log of the repeated event.';
COMMENT ON COLUMN raw_data.duplicates.event_offset IS 'The offset of the repeated event.';
COMMENT ON COLUMN raw_data.duplicates.event_id IS 'The event that is repeated: see event_ids.';
COMMENT ON COLUMN raw_data.duplicates.seen_at IS 'When the repeated event was committed.';
COMMENT ON TABLE raw_data.dead_letters IS
    'Events that were refused, each once, with the bytes as received and the reason. An event that is here is not in events_raw, unless it was retried.';
COMMENT ON COLUMN raw_data.dead_letters.dead_letter_id IS
    'Surrogate key. People and commands use it to name a dead letter.';
COMMENT ON COLUMN raw_data.dead_letters.stream_id IS 'The log of the event, where its position could be read.';
COMMENT ON COLUMN raw_data.dead_letters.event_offset IS 'Its offset in that log, where it could be read.';
COMMENT ON COLUMN raw_data.dead_letters.reason_code IS 'The reason, as one of the codes of sse_ingest.';
COMMENT ON COLUMN raw_data.dead_letters.detail IS 'The reason, as a sentence that names the field and the value.';
COMMENT ON COLUMN raw_data.dead_letters.received_hash IS
    'SHA-256 of received. The same dead letter again increases attempts and adds no row.';
COMMENT ON COLUMN raw_data.dead_letters.resolved_at IS 'When a person resolved it; null while it is open.';
COMMENT ON COLUMN raw_data.dead_letters.resolution IS 'How it was resolved: retried, edited or discarded.';
COMMENT ON TABLE raw_data.stream_checkpoints IS
    'How far each stream is committed. Guarantee: every offset up to event_offset of stream_id is in events_raw, dead_letters, duplicates or stream_gaps, because the same transaction writes them and moves this row. Only the holder of the current fence can move it.';
COMMENT ON COLUMN raw_data.stream_checkpoints.shard IS
    'The shard of the stream; 0 while one writer reads the whole stream.';
COMMENT ON COLUMN raw_data.stream_checkpoints.stream_id IS 'The log of event_offset; null before the first event.';
COMMENT ON COLUMN raw_data.stream_checkpoints.last_event_id IS
    'The id of the last committed frame. The writer resumes with it.';
COMMENT ON COLUMN raw_data.stream_checkpoints.head_seen_at IS 'When the writer last read head_offset.';
COMMENT ON COLUMN raw_data.stream_checkpoints.fence IS
    'The fencing number. Each new writer increases it, and a commit with an older number is refused.';
COMMENT ON COLUMN raw_data.stream_checkpoints.holder IS
    'The writer that holds the lease: host, process and route. Null when no writer runs.';
COMMENT ON COLUMN raw_data.stream_checkpoints.holder_pids IS
    'The database backends of the holder. A standby terminates them when the lease has expired.';
COMMENT ON COLUMN raw_data.stream_checkpoints.lease_renewed_at IS 'When the holder last renewed its lease.';
COMMENT ON COLUMN raw_data.stream_checkpoints.latest_event_time IS
    'The greatest committed event time: order_ts of an order_created, ts of any other event. A time that is further ahead of the database''s clock than window_lateness of analytics.thresholds does not count. Null before the first event, and for a stream that is taken raw.';
COMMENT ON TABLE raw_data.stream_gaps IS
    'Offsets that the source did not deliver. Unless nothing is known to be missing, their events are lost until the producer publishes them again.';
COMMENT ON COLUMN raw_data.stream_gaps.kind IS
    'retention: the source had deleted the events; stream_lost: the source lost its log and started a new one; hole: the stream skipped offsets and reported no gap.';
COMMENT ON COLUMN raw_data.stream_gaps.stream_id IS 'The log with which the source continues.';
COMMENT ON COLUMN raw_data.stream_gaps.requested IS 'The position from which the writer wanted to resume.';
COMMENT ON COLUMN raw_data.stream_gaps.acknowledged_at IS
    'When a person acknowledged the gap; health_check() reports the others.';
COMMENT ON TABLE raw_data.committed_ranges IS
    'The offsets that are accounted for: each is in events_raw, dead_letters or duplicates. Written in the transaction that commits them. Adjacent ranges are one row, so offsets between two rows of a log are missing.';
COMMENT ON COLUMN raw_data.committed_ranges.stream_id IS 'The log of the offsets.';
COMMENT ON TABLE raw_data.archives IS
    'The Parquet files that hold old months of events_raw, one row per file. Guarantee: the file was read back and compared with the partition row by row, before the transaction that wrote this row dropped the partition. A count of raw events has to include these files.';
COMMENT ON COLUMN raw_data.archives.part IS '1. Events that came after the month was archived are in part 2 and so on.';
COMMENT ON COLUMN raw_data.archives.bytes IS 'Size of the file.';
COMMENT ON COLUMN raw_data.archives.sha256 IS
    'SHA-256 of the file, in hexadecimal. A rebuild reads only a file with this checksum.';
COMMENT ON TABLE raw_data.late_arrivals IS
    'Events that change the figures of a window and came after the minute of their own event time was final in their stream. Written in the transaction that took them. Not computed from the raw events, so a rebuild does not change it.';
COMMENT ON COLUMN raw_data.late_arrivals.known_at IS
    'When it came, by the clock of the database: one instant per batch, later than that of every earlier batch.';
COMMENT ON TABLE analytics.schema_drift IS
    'Event types and payload fields that the contract does not know, each once. Written in the transaction that took the first event with it. Their values are in events_raw.payload; nothing is dropped. Which event is the first depends on arrival, so a rebuild does not change this table.';
COMMENT ON COLUMN analytics.schema_drift.json_type IS 'The JSON type of its first value.';
COMMENT ON TABLE analytics.orders IS
    'One row per order, from its order_created. Money and status are computed from its payments and status changes, in whatever order they come.';
COMMENT ON COLUMN analytics.orders.visit_id IS 'The visit; null where the producer does not send it.';
COMMENT ON COLUMN analytics.orders.status IS
    'The status of the change with the greatest (changed_ts, event_id); pending before the first change.';
COMMENT ON COLUMN analytics.orders.event_ts IS
    'The ts of the order_created that the row shows. With event_id it identifies the version of the row.';
COMMENT ON COLUMN analytics.orders.event_id IS 'The order_created that the row shows.';
COMMENT ON TABLE analytics.order_items IS
    'One row per order line (order_item_added). A line may come before its order.';
COMMENT ON TABLE analytics.order_status_history IS 'One row per status change of an order (order_status_changed).';
COMMENT ON COLUMN analytics.order_status_history.event_id IS 'The event that reported the change.';
COMMENT ON TABLE analytics.payments IS
    'One row per captured payment (payment_captured). A payment may come before its order.';
COMMENT ON COLUMN analytics.payments.subtotal IS 'The goods, before tax and tip.';
COMMENT ON COLUMN analytics.payments.tax IS 'The tax.';
COMMENT ON COLUMN analytics.payments.tip IS 'The tip.';
COMMENT ON TABLE analytics.refunds IS 'One row per refund (payment_refunded).';
COMMENT ON COLUMN analytics.refunds.payment_id IS 'The payment that is refunded, in part or as a whole.';
COMMENT ON TABLE analytics.feedback IS 'One row per feedback of a guest (feedback_submitted).';
COMMENT ON COLUMN analytics.feedback.order_id IS 'The order that it is about, where known.';
COMMENT ON COLUMN analytics.order_items.event_ts IS
    'The ts of the event that wrote the row. With event_id it identifies the version of the row.';
COMMENT ON COLUMN analytics.order_items.event_id IS 'The event that wrote the row.';
COMMENT ON COLUMN analytics.payments.event_ts IS
    'The ts of the event that wrote the row. With event_id it identifies the version of the row.';
COMMENT ON COLUMN analytics.payments.event_id IS 'The event that wrote the row.';
COMMENT ON COLUMN analytics.refunds.event_ts IS
    'The ts of the event that wrote the row. With event_id it identifies the version of the row.';
COMMENT ON COLUMN analytics.refunds.event_id IS 'The event that wrote the row.';
COMMENT ON COLUMN analytics.feedback.event_ts IS
    'The ts of the event that wrote the row. With event_id it identifies the version of the row.';
COMMENT ON COLUMN analytics.feedback.event_id IS 'The event that wrote the row.';
COMMENT ON COLUMN analytics.menu_item_changes.event_ts IS
    'The ts of the event that wrote the row. With event_id it identifies the version of the row.';
COMMENT ON COLUMN analytics.menu_item_changes.event_id IS 'The event that wrote the row.';
COMMENT ON COLUMN analytics.customer_changes.event_ts IS
    'The ts of the event that wrote the row. With event_id it identifies the version of the row.';
COMMENT ON COLUMN analytics.customer_changes.event_id IS 'The event that wrote the row.';
COMMENT ON TABLE analytics.menu_item_changes IS
    'One row per change of a menu item (menu_item_changed), with all values of the item from then on. The view menu_items has the end of each version.';
COMMENT ON COLUMN analytics.menu_item_changes.changed_ts IS 'From when on the version is valid (UTC).';
COMMENT ON COLUMN analytics.menu_item_changes.cost IS 'What one unit costs to make; null means unknown, never free.';
COMMENT ON TABLE analytics.customer_changes IS
    'One row per change of a guest (customer_changed), with all known values from then on. The view customers has the end of each version. Personal data, which analytics_reader may read.';
COMMENT ON COLUMN analytics.customer_changes.changed_ts IS 'From when on the version is valid (UTC).';
COMMENT ON TABLE analytics.audit_log IS
    'What people and maintenance jobs do: dead-letter edits, rebuilds, retention, role changes. Ingested events are not logged here: they are in events_raw.';
COMMENT ON COLUMN analytics.audit_log.object IS 'The object of the action.';
COMMENT ON COLUMN analytics.audit_log.details IS 'The state before and after, and the reason.';
COMMENT ON TABLE raw_data.repeatables IS
    'The files of sql/repeatable as they were last applied, so that only changed files are applied again.';
COMMENT ON COLUMN raw_data.repeatables.name IS 'schema/object. The folders between the two are no part of the name.';
COMMENT ON TABLE analytics.thresholds IS
    'The limits of health_check(), validate_data_consistency(), the views and the rules of sql/quality. Change a value with UPDATE, as restaurant_user.';
COMMENT ON COLUMN analytics.thresholds.name IS 'Its name: component, subject and level.';
COMMENT ON COLUMN analytics.thresholds.value IS 'The limit.';
COMMENT ON COLUMN analytics.thresholds.unit IS 'The unit of the value.';
COMMENT ON COLUMN analytics.thresholds.meaning IS 'What the limit decides.';
COMMENT ON TABLE analytics.locations IS
    'The restaurants, as people enter them. A restaurant that is not listed has the time zone UTC and closes out at midnight.';
COMMENT ON COLUMN analytics.locations.time_zone IS 'The time zone, e.g. America/Toronto.';
COMMENT ON COLUMN analytics.locations.close_out IS
    'When its business day ends, in its time zone: with 04:00, a sale at 01:30 belongs to the day before.';
COMMENT ON TABLE analytics.rollup_watermark IS
    'How far the rollups reach. Guarantee: a change before closed_before is in the rollups, or the transaction that made it also wrote its hour to rollup_invalidations.';
COMMENT ON COLUMN analytics.rollup_watermark.only_row IS 'Always true: the table has one row.';
COMMENT ON COLUMN analytics.rollup_watermark.logged_before IS
    'A change before this instant is written to rollup_invalidations. A refresh moves this first, in a transaction of its own that waits for the writers that began before it.';
COMMENT ON COLUMN analytics.rollup_watermark.closed_before IS
    'The rollups hold the hours before this instant. The views read later hours from the tables.';
COMMENT ON TABLE analytics.rollup_invalidations IS
    'Hours that changed after the rollups had summed them. Writers only add rows, so that no writer waits for another writer or for a refresh. A refresh deletes the rows that it has processed.';
COMMENT ON COLUMN analytics.rollup_invalidations.location_code IS 'The restaurant; null except for sales.';
COMMENT ON COLUMN analytics.rollup_sales_hours.cancelled_orders IS
    'Cancelled orders. The other columns do not include them.';
COMMENT ON COLUMN analytics.rollup_sales_hours.paid_orders IS
    'How many orders of order_count are paid. The money columns are theirs.';
COMMENT ON COLUMN analytics.rollup_sales_hours.ready IS 'Of order_count, those that are ready. The rest is completed.';
COMMENT ON COLUMN analytics.rollup_sales_days.cancelled_orders IS
    'Cancelled orders. The other columns do not include them.';
COMMENT ON COLUMN analytics.rollup_sales_days.paid_orders IS
    'How many orders of order_count are paid. The money columns are theirs.';
COMMENT ON COLUMN analytics.rollup_sales_days.ready IS 'Of order_count, those that are ready. The rest is completed.';
COMMENT ON COLUMN analytics.rollup_sales.cancelled_orders IS 'Cancelled orders. The other columns do not include them.';
COMMENT ON COLUMN analytics.rollup_sales.paid_orders IS
    'How many orders of order_count are paid. The money columns are theirs.';
COMMENT ON COLUMN analytics.rollup_sales.ready IS 'Of order_count, those that are ready. The rest is completed.';
COMMENT ON COLUMN analytics.rollup_sales_hours.business_date IS 'The business day: see locations.';
COMMENT ON COLUMN analytics.rollup_sales_days.business_date IS 'The business day: see locations.';
COMMENT ON COLUMN analytics.rollup_cash_hours.business_date IS 'The business day: see locations.';
COMMENT ON COLUMN analytics.rollup_sales_hours.refunded IS 'The amount of these refunds.';
COMMENT ON COLUMN analytics.rollup_sales_hours.premium_total IS 'The total of the premium orders.';
COMMENT ON COLUMN analytics.rollup_sales_days.refunded IS 'The amount of these refunds.';
COMMENT ON COLUMN analytics.rollup_sales_days.premium_total IS 'The total of the premium orders.';
COMMENT ON TABLE analytics.rollup_sales_hours IS
    'Sales by hour, restaurant, service type, daypart and city. An hour in which a business day or a daypart ends has several rows.';
COMMENT ON COLUMN analytics.rollup_menu_hours.category IS 'The category; null where the producer does not send it.';
COMMENT ON COLUMN analytics.rollup_menu_hours.times_ordered IS
    'Number of order lines, without those of cancelled orders.';
COMMENT ON COLUMN analytics.rollup_menu_hours.unit_priced_lines IS 'Lines with a known unit price.';
COMMENT ON COLUMN analytics.rollup_menu_hours.unit_prices IS 'The sum of these unit prices, to compute their mean.';
COMMENT ON COLUMN analytics.rollup_menu.category IS 'The category; null where the producer does not send it.';
COMMENT ON COLUMN analytics.rollup_menu.times_ordered IS 'Number of order lines, without those of cancelled orders.';
COMMENT ON COLUMN analytics.rollup_menu.unit_priced_lines IS 'Lines with a known unit price.';
COMMENT ON COLUMN analytics.rollup_menu.unit_prices IS 'The sum of these unit prices, to compute their mean.';
COMMENT ON TABLE analytics.rollup_feedback_hours IS 'Feedback by the hour of created_ts.';
COMMENT ON COLUMN analytics.rollup_feedback_hours.feedback_count IS 'Number of feedbacks.';
COMMENT ON COLUMN analytics.rollup_feedback_hours.satisfied IS 'How many have 4 or 5 stars.';
COMMENT ON COLUMN analytics.rollup_feedback_hours.nps_count IS 'Number of NPS answers.';
COMMENT ON COLUMN analytics.rollup_feedback_days.feedback_count IS 'Number of feedbacks.';
COMMENT ON COLUMN analytics.rollup_feedback_days.satisfied IS 'How many have 4 or 5 stars.';
COMMENT ON COLUMN analytics.rollup_feedback_days.nps_count IS 'Number of NPS answers.';
COMMENT ON TABLE analytics.rollup_cash_hours IS
    'The result of cash_of_hours() for each hour and restaurant when it was summed. Hours that have changed since are not read from here.';
COMMENT ON COLUMN analytics.rollup_payment_hours.provider IS 'Who processed the payment, where the producer sends it.';
COMMENT ON COLUMN analytics.rollup_payment_hours.business_date IS 'The business day of the order.';
COMMENT ON COLUMN analytics.rollup_payment_hours.amount IS 'Their amounts, refunds not deducted.';
COMMENT ON COLUMN analytics.rollup_payment_hours.tip IS 'Their tips.';
COMMENT ON COLUMN analytics.rollup_payment_days.provider IS 'Who processed the payment, where the producer sends it.';
COMMENT ON COLUMN analytics.rollup_payment_days.business_date IS 'The business day of the order.';
COMMENT ON COLUMN analytics.rollup_payment_days.amount IS 'Their amounts, refunds not deducted.';
COMMENT ON COLUMN analytics.rollup_payment_days.tip IS 'Their tips.';
COMMENT ON TABLE analytics.anomaly_models IS
    'The Isolation Forests that scored payments, one row per training. The forest itself is not stored: the same payments, parameters and version of scikit-learn give the same forest.';
COMMENT ON COLUMN analytics.anomaly_models.payments IS
    'The number of payments it was trained with: the newest before those that it scored.';
COMMENT ON COLUMN analytics.anomaly_models.features IS 'Its features, in their order: columns of payment_scores.';
COMMENT ON COLUMN analytics.anomaly_models.parameters IS
    'The parameters of scikit-learn''s IsolationForest, the seed included.';
COMMENT ON COLUMN analytics.anomaly_models.threshold IS
    'A payment with a higher score is an anomaly. Of the payments that it was trained with, the share anomaly_payment_share has a higher score.';
COMMENT ON TABLE analytics.payment_scores IS
    'How unusual each payment is, and its features. A payment that is restated or refunded after it was scored, or whose order gets another payment, is scored again, and its row is replaced.';
COMMENT ON COLUMN analytics.payment_scores.event_ts IS
    'The ts of the version of the payment that was scored: see payments.';
COMMENT ON COLUMN analytics.payment_scores.event_id IS 'The event of the version that was scored.';
COMMENT ON COLUMN analytics.payment_scores.location_code IS
    'The restaurant that the payment names, or else that of its order; null where neither is known.';
COMMENT ON COLUMN analytics.payment_scores.amount_doublings IS
    'Its amount compared with the restaurant''s median, as a power of two: 0 is the median, 3 is eight times as much.';
COMMENT ON COLUMN analytics.payment_scores.tip_share IS 'Tip divided by subtotal; null where the subtotal is 0.';
COMMENT ON COLUMN analytics.payment_scores.tax_deviation IS
    'Tax divided by subtotal, minus the restaurant''s median of that.';
COMMENT ON COLUMN analytics.payment_scores.parts_gap IS
    'How far subtotal, tax, tip, total and amount disagree, divided by the amount; 0 where they agree.';
COMMENT ON COLUMN analytics.payment_scores.overpaid_doublings IS
    'The subtotals of all payments of the order compared with the prices of its items, as a power of two: 0 is equal, 1 is twice as much. Null where that is unknown.';
COMMENT ON COLUMN analytics.payment_scores.refunded_share IS 'The refunded amount divided by the amount.';
COMMENT ON COLUMN analytics.payment_scores.score IS
    'The score of the forest: near 1 is unusual, 0.5 and less is usual.';
COMMENT ON COLUMN analytics.payment_scores.evidence IS
    'For an anomaly, its most unusual features: the value, the median of the payments that the model was trained with, and the share of them that is as far from it.';
COMMENT ON TABLE analytics.data_quality_results IS
    'The results of the rules of sql/quality, one row per run. The windows of a rule follow each other without a gap: what arrived is checked once, and again only after it failed a critical rule.';
COMMENT ON COLUMN analytics.data_quality_results.rule IS 'The rule: the name of its file in sql/quality.';
COMMENT ON COLUMN analytics.data_quality_results.dimension IS 'The kind of quality, e.g. completeness.';
COMMENT ON COLUMN analytics.data_quality_results.severity IS
    'critical: a failure stops the refresh of the rollups; warning: a failure is only reported.';
COMMENT ON COLUMN analytics.data_quality_results.window_since IS 'The rule checked what arrived from this instant on.';
COMMENT ON COLUMN analytics.data_quality_results.window_until IS
    'The rule checked what arrived before this instant. The next window begins here.';
COMMENT ON COLUMN analytics.data_quality_results.checked IS 'How many rows it checked.';
COMMENT ON COLUMN analytics.data_quality_results.status IS
    'failed when more rows failed than the rule tolerates, otherwise passed.';
COMMENT ON COLUMN analytics.data_quality_results.sample IS
    'Some of the rows that failed: their keys and the evidence, without raw data that analysts may not read.';
COMMENT ON COLUMN analytics.data_quality_results.remedy IS 'What to do; null where nothing has to be done.';
COMMENT ON COLUMN analytics.data_quality_results.accepted_at IS
    'When a person accepted the failure. audit_log has the login and the reason.';
