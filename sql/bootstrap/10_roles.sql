-- The roles of the cluster. Privileges are granted to the NOLOGIN roles, and a login inherits them. So one more analyst
-- needs one GRANT restaurant_reader, and a person who leaves owns nothing.

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

-- While a reader is idle in a transaction, no view that it has read can be changed.
ALTER ROLE analytics_reader SET idle_in_transaction_session_timeout = '5min';

-- However many connections a dashboard opens, as many are left for ingestion, Airflow and people.
DO $$
BEGIN
    EXECUTE format('ALTER ROLE analytics_reader CONNECTION LIMIT %s',
        greatest(current_setting('max_connections')::integer / 2, 1));
END
$$;
-- Other logins of analysts have no limit of their own. The last connections (reserved_connections) are not for them.
GRANT pg_use_reserved_connections TO restaurant_owner, restaurant_writer;

COMMENT ON ROLE restaurant_owner IS 'Owns the schemas of the warehouse and all objects in them.';
COMMENT ON ROLE restaurant_writer IS 'The privileges of ingestion: add raw events, merge into analytics, move the checkpoint.';
COMMENT ON ROLE restaurant_reader IS 'The privileges of an analyst: read analytics, but no raw payload.';
COMMENT ON ROLE restaurant_user IS 'Migrates and administers the warehouse.';
COMMENT ON ROLE airflow_user IS 'Runs ingestion, and owns Airflow''s own database.';
COMMENT ON ROLE analytics_reader IS 'Dashboards: Metabase, psql, the local page.';
