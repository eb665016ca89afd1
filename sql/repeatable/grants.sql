-- The privileges of each role, object by object. First all are revoked, so that a line that is deleted here revokes a
-- privilege. restaurant_owner owns everything and needs no line.

REVOKE ALL ON ALL TABLES IN SCHEMA raw_data, analytics FROM PUBLIC, restaurant_writer, restaurant_reader;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA raw_data, analytics FROM PUBLIC, restaurant_writer, restaurant_reader;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA raw_data, analytics FROM PUBLIC, restaurant_writer, restaurant_reader;

-- Ingestion adds to the raw layer and never changes it. (An identity column needs no grant on its sequence.)
GRANT SELECT, INSERT ON raw_data.event_ids TO restaurant_writer;
GRANT SELECT, INSERT ON raw_data.events_raw TO restaurant_writer;
GRANT SELECT, INSERT ON raw_data.duplicates TO restaurant_writer;
GRANT SELECT, INSERT ON raw_data.stream_gaps TO restaurant_writer;
-- A gap that is recorded, but that the stream has not passed yet, can grow while the source deletes more: then it is
-- open again.
GRANT UPDATE (oldest_offset, missing, acknowledged_at) ON raw_data.stream_gaps TO restaurant_writer;
GRANT SELECT, INSERT ON raw_data.dead_letters TO restaurant_writer;
-- A dead letter that arrives again only increases attempts. Only people resolve dead letters.
GRANT UPDATE (attempts, last_seen) ON raw_data.dead_letters TO restaurant_writer;
-- Adjacent ranges are merged into one row, and the other rows are deleted.
GRANT SELECT, INSERT, UPDATE, DELETE ON raw_data.committed_ranges TO restaurant_writer;
GRANT SELECT, INSERT, UPDATE ON raw_data.stream_checkpoints TO restaurant_writer;
GRANT SELECT, INSERT ON raw_data.late_arrivals TO restaurant_writer;
GRANT EXECUTE ON FUNCTION raw_data.ensure_partitions(timestamptz, timestamptz) TO restaurant_writer;

-- Ingestion merges into analytics and never deletes there.
GRANT SELECT, INSERT, UPDATE ON analytics.orders TO restaurant_writer;
GRANT SELECT, INSERT, UPDATE ON analytics.order_items TO restaurant_writer;
GRANT SELECT, INSERT, UPDATE ON analytics.order_status_history TO restaurant_writer;
GRANT SELECT, INSERT, UPDATE ON analytics.payments TO restaurant_writer;
GRANT SELECT, INSERT, UPDATE ON analytics.refunds TO restaurant_writer;
GRANT SELECT, INSERT, UPDATE ON analytics.order_item_voids TO restaurant_writer;
GRANT SELECT, INSERT, UPDATE ON analytics.payment_voids TO restaurant_writer;
GRANT SELECT, INSERT, UPDATE ON analytics.order_discounts TO restaurant_writer;
GRANT SELECT, INSERT, UPDATE ON analytics.service_charges TO restaurant_writer;
GRANT SELECT, INSERT, UPDATE ON analytics.order_snapshots TO restaurant_writer;
GRANT SELECT, INSERT, UPDATE ON analytics.feedback TO restaurant_writer;
GRANT SELECT, INSERT, UPDATE ON analytics.menu_item_changes TO restaurant_writer;
GRANT SELECT, INSERT, UPDATE ON analytics.customer_changes TO restaurant_writer;
GRANT INSERT ON analytics.audit_log TO restaurant_writer;
GRANT SELECT, INSERT ON analytics.schema_drift TO restaurant_writer;
GRANT SELECT ON analytics.thresholds TO restaurant_writer;
GRANT SELECT ON analytics.currencies TO restaurant_writer;
GRANT SELECT ON analytics.currency_thresholds TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.moment(text) TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.present() TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.status_place(text) TO restaurant_writer, restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.threshold(text) TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.default_currency() TO restaurant_writer, restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.decimals(text) TO restaurant_writer, restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.money_threshold(text, text) TO restaurant_writer, restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.event_watermark() TO restaurant_writer;

-- Airflow scores payments and stores the scores.
GRANT SELECT ON analytics.payment_facts TO restaurant_writer;
GRANT SELECT, INSERT ON analytics.anomaly_models TO restaurant_writer;
GRANT SELECT, INSERT, UPDATE ON analytics.payment_scores TO restaurant_writer;

-- Analysts read analytics: tables and views, but not the audit log and nothing raw.
GRANT SELECT ON analytics.orders TO restaurant_reader;
GRANT SELECT ON analytics.order_items TO restaurant_reader;
GRANT SELECT ON analytics.order_status_history TO restaurant_reader;
GRANT SELECT ON analytics.payments TO restaurant_reader;
GRANT SELECT ON analytics.refunds TO restaurant_reader;
GRANT SELECT ON analytics.order_item_voids TO restaurant_reader;
GRANT SELECT ON analytics.payment_voids TO restaurant_reader;
GRANT SELECT ON analytics.order_discounts TO restaurant_reader;
GRANT SELECT ON analytics.service_charges TO restaurant_reader;
GRANT SELECT ON analytics.order_snapshots TO restaurant_reader;
GRANT SELECT ON analytics.feedback TO restaurant_reader;
GRANT SELECT ON analytics.menu_item_changes TO restaurant_reader;
GRANT SELECT ON analytics.menu_items TO restaurant_reader;
GRANT SELECT ON analytics.sold_items TO restaurant_reader;
-- Personal data: the city and the membership of guests. Analysts need them for this dimension.
GRANT SELECT ON analytics.customer_changes TO restaurant_reader;
GRANT SELECT ON analytics.customers TO restaurant_reader;
GRANT SELECT ON analytics.order_customers TO restaurant_reader;
GRANT SELECT ON analytics.thresholds TO restaurant_reader;
GRANT SELECT ON analytics.currencies TO restaurant_reader;
GRANT SELECT ON analytics.currency_thresholds TO restaurant_reader;
GRANT SELECT ON analytics.locations TO restaurant_reader;
GRANT SELECT ON analytics.event_types TO restaurant_reader;
-- The names of fields, and no values.
GRANT SELECT ON analytics.schema_drift TO restaurant_reader;
GRANT SELECT ON analytics.bills TO restaurant_reader;
GRANT SELECT ON analytics.captured_payments TO restaurant_reader;
GRANT SELECT ON analytics.order_lines TO restaurant_reader;
GRANT SELECT ON analytics.cash_movements TO restaurant_reader;
GRANT SELECT ON analytics.cash_up TO restaurant_reader;
GRANT SELECT ON analytics.current_order_status TO restaurant_reader;
GRANT SELECT ON analytics.daily_cash TO restaurant_reader;
GRANT SELECT ON analytics.daily_sales TO restaurant_reader;
GRANT SELECT ON analytics.daypart_sales TO restaurant_reader;
GRANT SELECT ON analytics.freshness TO restaurant_reader;
GRANT SELECT ON analytics.hourly_sales TO restaurant_reader;
GRANT SELECT ON analytics.menu_engineering TO restaurant_reader;
GRANT SELECT ON analytics.menu_performance TO restaurant_reader;
GRANT SELECT ON analytics.order_facts TO restaurant_reader;
GRANT SELECT ON analytics.order_status_distribution TO restaurant_reader;
GRANT SELECT ON analytics.payment_mix TO restaurant_reader;
GRANT SELECT ON analytics.peak_hours TO restaurant_reader;
GRANT SELECT ON analytics.premium_market_share TO restaurant_reader;
GRANT SELECT ON analytics.satisfaction_summary TO restaurant_reader;
GRANT SELECT ON analytics.store_performance TO restaurant_reader;
GRANT SELECT ON analytics.stuck_orders TO restaurant_reader;
GRANT SELECT ON analytics.upcoming_orders TO restaurant_reader;
GRANT SELECT ON analytics.sales_per_minute TO restaurant_reader;
GRANT SELECT ON analytics.sales_today TO restaurant_reader;
GRANT SELECT ON analytics.late_events TO restaurant_reader;
GRANT SELECT ON analytics.live_metrics TO restaurant_reader;
GRANT SELECT ON analytics.anomalies TO restaurant_reader;
GRANT SELECT ON analytics.anomaly_models TO restaurant_reader;
GRANT SELECT ON analytics.payment_facts TO restaurant_reader;
GRANT SELECT ON analytics.payment_scores TO restaurant_reader;
-- A view calls functions with the privileges of its reader.
GRANT EXECUTE ON FUNCTION analytics.event_watermark() TO restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.last_hour_of_sales(timestamptz) TO restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.last_hour_of_ingest(timestamptz) TO restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.expected_today(timestamptz) TO restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.rollup_diff_sales(timestamptz) TO restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.bill_of_order(uuid) TO restaurant_reader, restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.is_part_of_voided(uuid, uuid) TO restaurant_reader, restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.rollup_diff_bills(timestamptz) TO restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.rollup_diff_deductions(timestamptz) TO restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.rollup_diff_payments(timestamptz) TO restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.rollup_diff_movements(timestamptz) TO restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.rollup_diff_menu(timestamptz) TO restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.rollup_delta_feedback(timestamptz) TO restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.business_date(timestamptz, text, time) TO restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.daypart(timestamptz, text) TO restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.threshold(text) TO restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.cash_up_of_currency(text, date, text, time, text) TO restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.newest_business_date() TO restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.newest_moment() TO restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.moment_of_today() TO restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.present() TO restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.orders_without_future() TO restaurant_writer, restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.daily_sales_as_known_at(timestamptz) TO restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.abnormality_of_hours(timestamptz, timestamptz) TO restaurant_reader;

-- Airflow refreshes the rollups.
GRANT EXECUTE ON FUNCTION analytics.open_refresh(timestamptz) TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.refresh_rollups() TO restaurant_writer;

-- Airflow runs the maintenance, which deletes nothing that came from an event.
GRANT EXECUTE ON FUNCTION raw_data.empty_default_partition(bigint) TO restaurant_writer;
GRANT EXECUTE ON FUNCTION raw_data.analyze_events() TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.delete_old_results() TO restaurant_writer;

-- Quality rules read the sums of bills.
GRANT SELECT ON analytics.captured_payments TO restaurant_writer;
GRANT SELECT ON analytics.order_lines TO restaurant_writer;

-- Airflow runs the quality rules and stores the results, but cannot change them. Only the owner accepts a failure.
GRANT SELECT, INSERT ON analytics.data_quality_results TO restaurant_writer;
GRANT SELECT, INSERT ON analytics.data_quality_failures TO restaurant_writer;
GRANT SELECT ON analytics.locations TO restaurant_writer;
GRANT SELECT ON analytics.event_types TO restaurant_writer;
GRANT SELECT ON analytics.typed_rows TO restaurant_writer;
GRANT SELECT ON analytics.due_orders, analytics.orders_now TO restaurant_writer, restaurant_reader;
GRANT EXECUTE ON FUNCTION raw_data.arrived_before() TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.arrived_events(timestamptz, timestamptz, text[]) TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.parts_of_snapshot(jsonb, timestamptz) TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.order_arrived_at(uuid) TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.payload_fits(jsonb, jsonb) TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.elements_fit(jsonb, jsonb) TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.payload_id(jsonb, text, text, text) TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.payload_id_owner(jsonb, text) TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.named_id(text, text, text, text, text, text) TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.stream_of(text) TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.day_concerned(uuid, text, timestamptz) TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.business_date(timestamptz, text, time) TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.payment_parts(analytics.payments) TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.bill_verdict(numeric, numeric, numeric, numeric, numeric, bigint, text) TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.arrived_bills(timestamptz, timestamptz) TO restaurant_writer;
GRANT SELECT ON analytics.data_quality_results TO restaurant_reader;
GRANT SELECT ON analytics.data_quality_failures TO restaurant_reader;
GRANT SELECT ON analytics.data_quality_blocking TO restaurant_reader;
GRANT SELECT ON analytics.data_quality_trend TO restaurant_reader;

-- Ingestion, the quality DAG and the dashboards ask for the state of the warehouse. Most of these functions run with the
-- privileges of the owner: they report on the raw layer, which their callers cannot read.
GRANT EXECUTE ON FUNCTION analytics.health_check() TO restaurant_writer, restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.validate_data_consistency() TO restaurant_writer, restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.completeness() TO restaurant_writer, restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.get_latest_offset(text) TO restaurant_writer, restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.calculate_order_metrics(uuid) TO restaurant_writer, restaurant_reader;
