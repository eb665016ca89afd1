CREATE OR REPLACE FUNCTION analytics.elements_fit(checked_fields jsonb, list jsonb)
RETURNS boolean
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF coalesce(jsonb_typeof(list), 'null') = 'null' THEN
        RETURN true;
    ELSIF jsonb_typeof(list) <> 'array' THEN
        RETURN false;
    END IF;
    RETURN NOT EXISTS (
        SELECT FROM jsonb_array_elements(list) AS e (element)
        WHERE jsonb_typeof(e.element) <> 'object' OR NOT analytics.payload_fits(checked_fields, e.element)
    ) AND NOT EXISTS (
        SELECT FROM jsonb_each_text(checked_fields) AS f (name, kind)
        CROSS JOIN jsonb_array_elements(list) AS e (element)
        WHERE f.kind = 'key'
        GROUP BY f.name, CASE WHEN pg_input_is_valid(e.element ->> f.name, 'uuid')
            THEN translate(lower(e.element ->> f.name), '-{}', '') ELSE e.element ->> f.name END
        HAVING count(*) > 1
    );
END
$$;

COMMENT ON FUNCTION analytics.elements_fit(jsonb, jsonb) IS
    'Whether a list in a payload is absent, or holds only objects that fit, each with a key of its own. Part of payload_fits().';
