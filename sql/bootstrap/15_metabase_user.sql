-- Only where Metabase runs (Compose): the login for its own database. It reads the warehouse as analytics_reader.

DO $$
BEGIN
    IF to_regrole('metabase_user') IS NULL THEN
        CREATE ROLE metabase_user;
    END IF;
END
$$;

-- The limit is above Metabase's own pool of 15 connections.
ALTER ROLE metabase_user WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT
    CONNECTION LIMIT 20;
COMMENT ON ROLE metabase_user IS 'Owns Metabase''s own database.';
