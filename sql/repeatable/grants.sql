-- Who may do what, object by object (DESIGN: the role table). Begins from nothing, so that a line taken out here
-- is a privilege taken away. restaurant_owner owns everything and needs no line.

REVOKE ALL ON ALL TABLES IN SCHEMA raw_data, analytics FROM PUBLIC, restaurant_writer, restaurant_reader;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA raw_data, analytics FROM PUBLIC, restaurant_writer, restaurant_reader;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA raw_data, analytics FROM PUBLIC, restaurant_writer, restaurant_reader;

-- Ingestion adds to the raw layer and never changes it. (An identity column needs no grant on its sequence.)
GRANT SELECT, INSERT ON raw_data.event_ids TO restaurant_writer;
GRANT SELECT, INSERT ON raw_data.events_raw TO restaurant_writer;
GRANT SELECT, INSERT ON raw_data.duplicates TO restaurant_writer;
GRANT SELECT, INSERT ON raw_data.stream_gaps TO restaurant_writer;
-- A gap that was told and not passed yet can grow, while retention goes on: then it is open again.
GRANT UPDATE (oldest_offset, missing, acknowledged_at) ON raw_data.stream_gaps TO restaurant_writer;
GRANT SELECT, INSERT ON raw_data.dead_letters TO restaurant_writer;
-- The same letter refused again only counts up; resolving one is a person's business.
GRANT UPDATE (attempts, last_seen) ON raw_data.dead_letters TO restaurant_writer;
-- Ranges that touch become one: the rows that are absorbed go.
GRANT SELECT, INSERT, UPDATE, DELETE ON raw_data.committed_ranges TO restaurant_writer;
GRANT SELECT, INSERT, UPDATE ON raw_data.stream_checkpoints TO restaurant_writer;
GRANT EXECUTE ON FUNCTION raw_data.ensure_partitions(timestamptz, timestamptz) TO restaurant_writer;

-- It merges into analytics and never deletes there.
GRANT SELECT, INSERT, UPDATE ON analytics.orders TO restaurant_writer;
GRANT SELECT, INSERT, UPDATE ON analytics.order_items TO restaurant_writer;
GRANT SELECT, INSERT, UPDATE ON analytics.order_status_history TO restaurant_writer;
GRANT SELECT, INSERT, UPDATE ON analytics.payments TO restaurant_writer;
GRANT SELECT, INSERT, UPDATE ON analytics.refunds TO restaurant_writer;
GRANT SELECT, INSERT, UPDATE ON analytics.feedback TO restaurant_writer;
GRANT INSERT ON analytics.audit_log TO restaurant_writer;
GRANT SELECT, INSERT ON analytics.schema_drift TO restaurant_writer;
GRANT SELECT ON analytics.thresholds TO restaurant_writer;

-- Analysts read analytics: tables and views, not the audit log, and nothing raw.
GRANT SELECT ON analytics.orders TO restaurant_reader;
GRANT SELECT ON analytics.order_items TO restaurant_reader;
GRANT SELECT ON analytics.order_status_history TO restaurant_reader;
GRANT SELECT ON analytics.payments TO restaurant_reader;
GRANT SELECT ON analytics.refunds TO restaurant_reader;
GRANT SELECT ON analytics.feedback TO restaurant_reader;
GRANT SELECT ON analytics.thresholds TO restaurant_reader;
GRANT SELECT ON analytics.locations TO restaurant_reader;
-- Names of fields, not what is in them.
GRANT SELECT ON analytics.schema_drift TO restaurant_reader;
GRANT SELECT ON analytics.daily_sales TO restaurant_reader;
GRANT SELECT ON analytics.hourly_sales TO restaurant_reader;
GRANT SELECT ON analytics.menu_performance TO restaurant_reader;
GRANT SELECT ON analytics.satisfaction_summary TO restaurant_reader;
-- What the views call, a reader has to be allowed to call.
GRANT EXECUTE ON FUNCTION analytics.corrections_to_sales(timestamptz) TO restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.corrections_to_menu(timestamptz) TO restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.corrections_to_feedback(timestamptz) TO restaurant_reader;

-- The rollups are refreshed by Airflow.
GRANT EXECUTE ON FUNCTION analytics.open_refresh(timestamptz) TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.refresh_rollups() TO restaurant_writer;

-- The quality rules are run by Airflow, which keeps what they find and cannot change it afterwards. To accept a failure is
-- the owner's business.
GRANT SELECT, INSERT ON analytics.data_quality_results TO restaurant_writer;
GRANT SELECT ON analytics.locations TO restaurant_writer;
GRANT EXECUTE ON FUNCTION raw_data.arrived_before() TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.arrived_events(timestamptz, timestamptz, text[]) TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.order_arrived_at(uuid) TO restaurant_writer;
GRANT EXECUTE ON FUNCTION analytics.threshold(text) TO restaurant_writer;
GRANT SELECT ON analytics.data_quality_results TO restaurant_reader;
GRANT SELECT ON analytics.data_quality_blocking TO restaurant_reader;
GRANT SELECT ON analytics.data_quality_trend TO restaurant_reader;

-- Ingestion, the quality DAG and the dashboards ask how things are. Most of them run as the owner, so that they
-- can tell about the raw layer without anybody being able to read it.
GRANT EXECUTE ON FUNCTION analytics.health_check() TO restaurant_writer, restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.validate_data_consistency() TO restaurant_writer, restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.completeness() TO restaurant_writer, restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.get_latest_offset(text) TO restaurant_writer, restaurant_reader;
GRANT EXECUTE ON FUNCTION analytics.calculate_order_metrics(uuid) TO restaurant_writer, restaurant_reader;
