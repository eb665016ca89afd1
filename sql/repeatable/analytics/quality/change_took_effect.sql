CREATE OR REPLACE FUNCTION analytics.change_took_effect(event_type text, payload jsonb)
RETURNS timestamptz
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN analytics.payload_fits(t.checked_fields, payload) THEN analytics.moment(payload ->> t.version_column) END
    FROM analytics.event_types AS t
    WHERE t.event_type = change_took_effect.event_type
$$;

COMMENT ON FUNCTION analytics.change_took_effect(text, jsonb) IS
    'From when on the version of a menu_item_changed or customer_changed event is valid, as its table has it. Null when the payload does not fit the table: events that came before the contract knew their type were not validated, and stay in raw_data.events_raw.';
