CREATE OR REPLACE FUNCTION analytics.payload_fits(checked_fields jsonb, payload jsonb)
RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(bool_and(coalesce(CASE
        WHEN f.kind LIKE '%?' AND coalesce(jsonb_typeof(payload -> f.name), 'null') = 'null' THEN true
        WHEN f.kind LIKE '{%' THEN analytics.elements_fit(f.kind::jsonb, payload -> f.name)
        WHEN f.kind IN ('text', 'text?') THEN jsonb_typeof(payload -> f.name) = 'string'
        WHEN f.kind IN ('id', 'id?') THEN jsonb_typeof(payload -> f.name) = 'string' AND length(payload ->> f.name) <= 200
        WHEN f.kind IN ('uuid', 'uuid?') THEN pg_input_is_valid(payload ->> f.name, 'uuid')
        WHEN f.kind IN ('any_id', 'any_id?', 'key') THEN
            jsonb_typeof(payload -> f.name) = 'string' AND payload ->> f.name ~ '^[^\u0001-\u001f\u007f]{1,200}$'
        WHEN f.kind IN ('money', 'money?') THEN
            payload ->> f.name ~ '^(-0+(\.0+)?|[0-9]+(\.[0-9]+)?)([eE][-+]?[0-9]{1,2})?$'
        WHEN f.kind IN ('price', 'price?') THEN
            payload ->> f.name ~ '^([0-9]+(\.[0-9]+)?)([eE][-+]?[0-9]{1,2})?$' AND payload ->> f.name ~ '^[0.]*[1-9]'
        WHEN f.kind IN ('signed', 'signed?') THEN
            payload ->> f.name ~ '^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?$'
        WHEN f.kind IN ('count', 'count?') THEN payload ->> f.name ~ '^[0-9]{1,6}$'
        WHEN f.kind IN ('bool', 'bool?') THEN jsonb_typeof(payload -> f.name) = 'boolean'
        WHEN f.kind LIKE '%|%' THEN payload ->> f.name = ANY (string_to_array(rtrim(f.kind, '?'), '|'))
        WHEN f.kind IN ('time', 'time?') THEN
            payload ->> f.name ~ '^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[-+][0-9:]+)$'
            AND pg_input_is_valid(regexp_replace(payload ->> f.name, '\.\d+', ''), 'timestamptz')
    END, false)), true)
    FROM jsonb_each_text(checked_fields) AS f (name, kind)
$$;

COMMENT ON FUNCTION analytics.payload_fits(jsonb, jsonb) IS
    'Whether a payload has the fields that a row of its table needs: see checked_fields of analytics.event_types. True where nothing is to be checked (null).';
