COPY orders (order_id, visit_id, service_type, order_ts, location_code, customer_id, city, guest_count, currency, channel, scheduled_for, external_id, created_at, event_ts, event_id, event_version, event_offset, status, subtotal, tax, tip, total, updated_at) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT DISTINCT ON (order_id)
        (payload ->> 'order_id')::uuid AS order_id,
        payload ->> 'visit_id' AS visit_id,
        payload ->> 'service_type' AS service_type,
        analytics.moment(payload ->> 'order_ts') AS order_ts,
        payload ->> 'location_code' AS location_code,
        payload ->> 'customer_id' AS customer_id,
        payload ->> 'city' AS city,
        CASE WHEN pg_input_is_valid(payload ->> 'guest_count', 'integer') THEN (payload ->> 'guest_count')::integer END AS guest_count,
        (SELECT c.currency FROM analytics.currencies AS c WHERE c.currency = payload ->> 'currency') AS currency,
        payload ->> 'channel' AS channel,
        analytics.moment(payload ->> 'scheduled_for') AS scheduled_for,
        payload ->> '(external_id)' AS external_id,
        ts AS created_at,
        ts AS event_ts,
        event_id,
        version AS event_version,
        event_offset
    FROM incoming
    WHERE event_type = 'order_created'
    ORDER BY order_id, coalesce(version, -1) DESC, ts DESC, event_offset DESC, event_id DESC
)
INSERT INTO orders AS t (order_id, visit_id, service_type, order_ts, location_code, customer_id, city, guest_count, currency, channel, scheduled_for, external_id, created_at, event_ts, event_id, event_version, event_offset, updated_at)
SELECT order_id, visit_id, service_type, order_ts, location_code, customer_id, city, guest_count, currency, channel, scheduled_for, external_id, created_at, event_ts, event_id, event_version, event_offset, event_ts
FROM newest
ON CONFLICT (order_id) DO UPDATE SET
    visit_id = excluded.visit_id,
    service_type = excluded.service_type,
    order_ts = excluded.order_ts,
    location_code = excluded.location_code,
    customer_id = excluded.customer_id,
    city = excluded.city,
    guest_count = excluded.guest_count,
    currency = excluded.currency,
    channel = excluded.channel,
    scheduled_for = excluded.scheduled_for,
    external_id = excluded.external_id,
    created_at = excluded.created_at,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id,
    event_version = excluded.event_version,
    event_offset = excluded.event_offset,
    updated_at = greatest(t.updated_at, excluded.updated_at)
WHERE (coalesce(t.event_version, -1), t.event_ts, t.event_offset, t.event_id) < (coalesce(excluded.event_version, -1), excluded.event_ts, excluded.event_offset, excluded.event_id)
RETURNING old.order_id, new.order_id;
