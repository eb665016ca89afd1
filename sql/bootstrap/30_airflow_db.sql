-- Run inside airflow_db: Airflow's metadata, which nobody else may enter.

ALTER DATABASE airflow_db OWNER TO airflow_user;
REVOKE ALL ON DATABASE airflow_db FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
COMMENT ON DATABASE airflow_db IS 'Airflow''s own metadata.';
