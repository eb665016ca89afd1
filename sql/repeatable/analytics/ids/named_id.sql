CREATE OR REPLACE FUNCTION analytics.named_id(
    stream_id text, kind text, partition_key text, business_day text, owner_id text, external_id text
)
RETURNS uuid
LANGUAGE plpgsql
IMMUTABLE
STRICT
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mask CONSTANT bigint := 4294967295; -- 32 bits
    -- The namespace, then the parts with a NUL between them, as in sse_ingest's named_ids.py.
    message bytea := uuid_send('b6b1c8a4-52c1-5d0f-9a6e-0c5f1f6a7e21')
        || convert_to(analytics.stream_of(stream_id), 'UTF8') || '\x00'::bytea || convert_to(kind, 'UTF8') || '\x00'::bytea
        || convert_to(partition_key, 'UTF8') || '\x00'::bytea || convert_to(business_day, 'UTF8') || '\x00'::bytea
        || convert_to(owner_id, 'UTF8') || '\x00'::bytea || convert_to(external_id, 'UTF8');
    size bigint := octet_length(message);
    w bigint[] := array_fill(0::bigint, ARRAY[80], ARRAY[0]);
    h bigint[] := ARRAY[1732584193, 4023233417, 2562383102, 271733878, 3285377520];
    a bigint; b bigint; c bigint; d bigint; e bigint; f bigint; x bigint;
BEGIN
    -- SHA-1, which PostgreSQL has in an extension only: https://www.rfc-editor.org/rfc/rfc3174#section-6.1
    message := message || '\x80'::bytea || decode(repeat('00', (119 - size % 64)::integer % 64), 'hex') || int8send(size * 8);
    FOR start_byte IN 0 .. octet_length(message) - 1 BY 64 LOOP
        FOR t IN 0 .. 15 LOOP
            w[t] := (get_byte(message, start_byte + 4 * t)::bigint << 24) | (get_byte(message, start_byte + 4 * t + 1) << 16)
                | (get_byte(message, start_byte + 4 * t + 2) << 8) | get_byte(message, start_byte + 4 * t + 3);
        END LOOP;
        FOR t IN 16 .. 79 LOOP
            x := w[t - 3] # w[t - 8] # w[t - 14] # w[t - 16];
            w[t] := ((x << 1) | (x >> 31)) & mask;
        END LOOP;
        a := h[1]; b := h[2]; c := h[3]; d := h[4]; e := h[5];
        FOR t IN 0 .. 79 LOOP
            IF t < 20 THEN
                f := (d # (b & (c # d))) + 1518500249;
            ELSIF t < 40 THEN
                f := (b # c # d) + 1859775393;
            ELSIF t < 60 THEN
                f := ((b & c) | (b & d) | (c & d)) + 2400959708;
            ELSE
                f := (b # c # d) + 3395469782;
            END IF;
            x := (((a << 5) | (a >> 27)) + f + e + w[t]) & mask;
            e := d; d := c; c := ((b << 30) | (b >> 2)) & mask; b := a; a := x;
        END LOOP;
        h := ARRAY[(h[1] + a) & mask, (h[2] + b) & mask, (h[3] + c) & mask, (h[4] + d) & mask, (h[5] + e) & mask];
    END LOOP;
    -- The version, 5, and the variant of a UUID.
    h[2] := (h[2] & 4294905855) | 20480;
    h[3] := (h[3] & 1073741823) | 2147483648;
    RETURN (lpad(to_hex(h[1]), 8, '0') || lpad(to_hex(h[2]), 8, '0') || lpad(to_hex(h[3]), 8, '0')
        || lpad(to_hex(h[4]), 8, '0'))::uuid;
END
$$;

COMMENT ON FUNCTION analytics.named_id(text, text, text, text, text, text) IS
    'The UUID version 5 of an id of text, as ingestion makes it: of the stream of its log, what it names (order, order_item, payment, refund, discount, service_charge or feedback), the partition key, the business day or an empty text, the id of the order that it belongs to or an empty text, and the text. To find an order, search orders.external_id instead.';
