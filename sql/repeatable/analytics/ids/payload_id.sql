CREATE OR REPLACE FUNCTION analytics.payload_id(payload jsonb, field text, stream_id text, partition_key text)
RETURNS uuid
LANGUAGE sql
STABLE
PARALLEL SAFE
RETURN CASE
    WHEN payload ->> field ~ '^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32})$' THEN (payload ->> field)::uuid
    WHEN jsonb_typeof(payload -> field) = 'string' AND payload ->> field ~ '^[^\u0001-\u001f\u007f]{1,200}$' THEN
        analytics.named_id(
            stream_id,
            CASE field WHEN 'parent_item_id' THEN 'order_item' WHEN 'charge_id' THEN 'service_charge' ELSE left(field, -3) END,
            partition_key, coalesce(payload ->> 'business_day', ''), analytics.payload_id_owner(payload, field),
            payload ->> field)
END;

COMMENT ON FUNCTION analytics.payload_id(jsonb, text, text, text) IS
    'The id in a field of a payload, as the typed tables have it: a UUID as it is, a text as its named_id(). What a field names is its name without _id. Null where it holds neither.';
