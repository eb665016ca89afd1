CREATE OR REPLACE FUNCTION analytics.payload_id(payload jsonb, field text, stream_id text, partition_key text)
RETURNS uuid
LANGUAGE sql
STABLE
PARALLEL SAFE
RETURN CASE
    WHEN payload ->> field ~ '^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32})$' THEN (payload ->> field)::uuid
    WHEN jsonb_typeof(payload -> field) = 'string' AND payload ->> field ~ '^[^\u0001-\u001f\u007f]{1,200}$' THEN
        analytics.named_id(stream_id, '{
            "order_id": "order", "order_item_id": "order_item", "parent_item_id": "order_item", "payment_id": "payment",
            "refund_id": "refund", "discount_id": "discount", "charge_id": "service_charge", "feedback_id": "feedback"
        }'::jsonb ->> field, partition_key, coalesce(payload ->> 'business_day', ''), analytics.payload_id_owner(payload, field),
            payload ->> field)
END;

COMMENT ON FUNCTION analytics.payload_id(jsonb, text, text, text) IS
    'The id in a field of a payload, as the typed tables have it: a UUID as it is, a text as its named_id(). Null where the field holds neither, or is a text in a field that takes no text.';
