CREATE OR REPLACE FUNCTION analytics.payload_id_owner(payload jsonb, field text)
RETURNS text
LANGUAGE sql
STABLE
PARALLEL SAFE
RETURN CASE
    WHEN field <> ALL ('{order_item_id,parent_item_id,discount_id,charge_id}') OR jsonb_typeof(payload -> 'order_id') <> 'string' THEN ''
    WHEN payload ->> 'order_id' ~ '^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32})$' THEN (payload ->> 'order_id')::uuid::text
    ELSE coalesce(payload ->> 'order_id', '')
END;

COMMENT ON FUNCTION analytics.payload_id_owner(jsonb, text) IS
    'The id of the order in which a text in this field names one thing, for the ids of lines, discounts and charges; an empty text for other ids.';
