-- Run in airflow_db: only Airflow may connect to its metadata.

ALTER DATABASE airflow_db OWNER TO airflow_user;
REVOKE ALL ON DATABASE airflow_db FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
COMMENT ON DATABASE airflow_db IS 'Airflow''s own metadata.';
