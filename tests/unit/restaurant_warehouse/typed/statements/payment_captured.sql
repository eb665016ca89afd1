COPY payments (payment_id, order_id, method, provider, amount, auth_code, subtotal, tax, tip, total, location_code, service_charge, discount, rounding, currency, external_id, processed_at, event_ts, event_id, event_version, event_offset) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT DISTINCT ON (payment_id)
        (payload ->> 'payment_id')::uuid AS payment_id,
        (payload ->> 'order_id')::uuid AS order_id,
        payload ->> 'method' AS method,
        payload ->> 'provider' AS provider,
        (payload ->> 'amount')::numeric AS amount,
        payload ->> 'auth_code' AS auth_code,
        (payload ->> 'subtotal')::numeric AS subtotal,
        (payload ->> 'tax')::numeric AS tax,
        (payload ->> 'tip')::numeric AS tip,
        (payload ->> 'total')::numeric AS total,
        payload ->> 'location_code' AS location_code,
        CASE WHEN pg_input_is_valid(payload ->> 'service_charge', 'numeric') THEN (payload ->> 'service_charge')::numeric END AS service_charge,
        CASE WHEN pg_input_is_valid(payload ->> 'discount', 'numeric') THEN (payload ->> 'discount')::numeric END AS discount,
        CASE WHEN pg_input_is_valid(payload ->> 'rounding', 'numeric') THEN (payload ->> 'rounding')::numeric END AS rounding,
        (SELECT c.currency FROM analytics.currencies AS c WHERE c.currency = payload ->> 'currency') AS currency,
        payload ->> '(external_id)' AS external_id,
        coalesce(part_ts, ts) AS processed_at,
        coalesce(part_ts, ts) AS event_ts,
        event_id,
        version AS event_version,
        event_offset,
        CASE WHEN part_ts IS NOT NULL THEN ts END AS snapshot_ts
    FROM incoming
    WHERE event_type = 'payment_captured'
    ORDER BY payment_id, coalesce(version, -1) DESC, ts DESC, event_offset DESC, event_id DESC
)
INSERT INTO payments AS t (payment_id, order_id, method, provider, amount, auth_code, subtotal, tax, tip, total, location_code, service_charge, discount, rounding, currency, external_id, processed_at, event_ts, event_id, event_version, event_offset, snapshot_ts)
SELECT payment_id, order_id, method, provider, amount, auth_code, subtotal, tax, tip, total, location_code, service_charge, discount, rounding, currency, external_id, processed_at, event_ts, event_id, event_version, event_offset, snapshot_ts
FROM newest
ON CONFLICT (payment_id) DO UPDATE SET
    order_id = excluded.order_id,
    method = excluded.method,
    provider = excluded.provider,
    amount = excluded.amount,
    auth_code = excluded.auth_code,
    subtotal = excluded.subtotal,
    tax = excluded.tax,
    tip = excluded.tip,
    total = excluded.total,
    location_code = excluded.location_code,
    service_charge = excluded.service_charge,
    discount = excluded.discount,
    rounding = excluded.rounding,
    currency = excluded.currency,
    external_id = excluded.external_id,
    processed_at = excluded.processed_at,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id,
    event_version = excluded.event_version,
    event_offset = excluded.event_offset,
    snapshot_ts = excluded.snapshot_ts,
    is_replaced = false
WHERE (coalesce(t.event_version, -1), coalesce(t.snapshot_ts, t.event_ts), t.event_offset, t.event_id) < (coalesce(excluded.event_version, -1), coalesce(excluded.snapshot_ts, excluded.event_ts), excluded.event_offset, excluded.event_id)
RETURNING old.order_id, new.order_id;
