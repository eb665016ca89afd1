-- The roles of the cluster. Privileges hang on the NOLOGIN roles; a login only inherits them, so that one more
-- analyst is GRANT restaurant_reader TO them, and a person who leaves owns nothing.

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'restaurant_owner', 'restaurant_writer', 'restaurant_reader',
        'restaurant_user', 'airflow_user', 'analytics_reader'
    ] LOOP
        IF to_regrole(name) IS NULL THEN
            EXECUTE format('CREATE ROLE %I', name);
        END IF;
    END LOOP;
END
$$;

ALTER ROLE restaurant_owner WITH NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT;
ALTER ROLE restaurant_writer WITH NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT;
ALTER ROLE restaurant_reader WITH NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT;
ALTER ROLE restaurant_user WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT;
ALTER ROLE airflow_user WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT;
ALTER ROLE analytics_reader WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT;

GRANT restaurant_owner TO restaurant_user WITH INHERIT TRUE, SET TRUE;
GRANT restaurant_writer TO airflow_user WITH INHERIT TRUE, SET TRUE;
GRANT restaurant_reader TO analytics_reader WITH INHERIT TRUE, SET TRUE;

-- A reader that sits idle in a transaction would hold up every change of the views.
ALTER ROLE analytics_reader SET idle_in_transaction_session_timeout = '5min';

COMMENT ON ROLE restaurant_owner IS 'Owns the schemas of the warehouse and everything in them.';
COMMENT ON ROLE restaurant_writer IS 'What ingestion may do in the warehouse: add raw events, merge analytics, move the checkpoint.';
COMMENT ON ROLE restaurant_reader IS 'What an analyst may do: read analytics, and no raw payload.';
COMMENT ON ROLE restaurant_user IS 'Migrates and administers the warehouse.';
COMMENT ON ROLE airflow_user IS 'Runs ingestion, and owns Airflow''s own database.';
COMMENT ON ROLE analytics_reader IS 'Dashboards: Metabase, psql, the local page.';
