-- Run in metabase_db: only Metabase may connect to its questions, dashboards and users.

ALTER DATABASE metabase_db OWNER TO metabase_user;
REVOKE ALL ON DATABASE metabase_db FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CREATE ON SCHEMA public TO metabase_user;
COMMENT ON DATABASE metabase_db IS 'Metabase''s own questions, dashboards and users.';
