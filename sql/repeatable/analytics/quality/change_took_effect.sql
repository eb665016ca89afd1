CREATE OR REPLACE FUNCTION analytics.change_took_effect(event_type text, payload jsonb)
RETURNS timestamptz
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN fits.it AND pg_input_is_valid(at.cut, 'timestamptz')
        THEN at.cut::timestamptz + at.half_or_more::integer * interval '1 microsecond'
    END
    FROM (
        SELECT
            regexp_replace(payload ->> 'changed_ts', '(\.\d{6})\d+', '\1') AS cut,
            payload ->> 'changed_ts' ~ '\.\d{6}[5-9]' AS half_or_more
    ) AS at,
    LATERAL (
        SELECT bool_and(coalesce(CASE f.kind
            WHEN 'id' THEN jsonb_typeof(payload -> f.name) = 'string' AND length(payload ->> f.name) <= 200
            WHEN 'text' THEN jsonb_typeof(payload -> f.name) = 'string'
            WHEN 'text?' THEN coalesce(jsonb_typeof(payload -> f.name), 'null') IN ('string', 'null')
            WHEN 'money?' THEN coalesce(payload ->> f.name, '0') ~ '^(-0+(\.0+)?|[0-9]+(\.[0-9]+)?)([eE][-+]?[0-9]{1,2})?$'
            WHEN 'time' THEN payload ->> f.name ~ '^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[-+][0-9:]+)$'
        END, false)) AS it
        FROM (VALUES
            ('menu_item_changed', 'menu_item_id', 'id'), ('menu_item_changed', 'name', 'text'),
            ('menu_item_changed', 'category', 'text?'), ('menu_item_changed', 'price', 'money?'),
            ('menu_item_changed', 'cost', 'money?'), ('menu_item_changed', 'changed_ts', 'time'),
            ('customer_changed', 'customer_id', 'id'), ('customer_changed', 'city', 'text?'),
            ('customer_changed', 'membership', 'text?'), ('customer_changed', 'changed_ts', 'time')
        ) AS f (event_type, name, kind)
        WHERE f.event_type = change_took_effect.event_type
    ) AS fits
$$;

COMMENT ON FUNCTION analytics.change_took_effect(text, jsonb) IS
    'From when on a menu_item_changed or customer_changed is valid, as its table has it; null when it does not fit there. The contract takes none that does not, but before it knew these types they were taken whatever their form: such an event stays in raw.';
