-- Run in restaurant_analytics: the schemas, and who may use them. Who may connect: see cluster.grant_access().

ALTER DATABASE restaurant_analytics SET timezone = 'UTC';

CREATE SCHEMA IF NOT EXISTS raw_data;
CREATE SCHEMA IF NOT EXISTS analytics;
CREATE SCHEMA IF NOT EXISTS staging;
ALTER SCHEMA raw_data OWNER TO restaurant_owner;
ALTER SCHEMA analytics OWNER TO restaurant_owner;
ALTER SCHEMA staging OWNER TO restaurant_owner;

COMMENT ON DATABASE restaurant_analytics IS 'The warehouse: raw events, and the analytics tables that are computed from them.';
COMMENT ON SCHEMA raw_data IS 'Events as received, events that were refused, and how far each stream has been read.';
COMMENT ON SCHEMA analytics IS 'Orders, payments and feedback as tables and views, computed from raw_data only.';
COMMENT ON SCHEMA staging IS 'Temporary tables of the writers, which are deleted at the end of a run.';

REVOKE ALL ON SCHEMA public, raw_data, analytics, staging FROM PUBLIC;
GRANT USAGE ON SCHEMA raw_data, analytics TO restaurant_writer;
GRANT USAGE, CREATE ON SCHEMA staging TO restaurant_writer;
GRANT USAGE ON SCHEMA analytics TO restaurant_reader;

-- By default everybody may execute a new function. Here each function is granted by name.
ALTER DEFAULT PRIVILEGES FOR ROLE restaurant_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE restaurant_user REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
-- The owner of the warehouse may read and delete what ingestion leaves in staging.
ALTER DEFAULT PRIVILEGES FOR ROLE airflow_user IN SCHEMA staging GRANT ALL ON TABLES TO restaurant_owner;
