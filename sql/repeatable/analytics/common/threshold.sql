CREATE OR REPLACE FUNCTION analytics.threshold(name text)
RETURNS numeric
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found_value numeric;
BEGIN
    SELECT t.value INTO found_value FROM analytics.thresholds AS t WHERE t.name = threshold.name;
    IF found_value IS NULL THEN
        RAISE EXCEPTION 'analytics.thresholds has no row named %', name
            USING HINT = 'Insert it again: its default is in sql/migrations/versions.';
    END IF;
    RETURN found_value;
END
$$;

COMMENT ON FUNCTION analytics.threshold(text) IS
    'One value of analytics.thresholds. An unknown name is an error, because a comparison with null would pass every check.';
