COPY service_charges (charge_id, order_id, name, amount, gratuity, currency, event_ts, event_id, event_version, event_offset) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT DISTINCT ON (charge_id)
        (payload ->> 'charge_id')::uuid AS charge_id,
        (payload ->> 'order_id')::uuid AS order_id,
        payload ->> 'name' AS name,
        (payload ->> 'amount')::numeric AS amount,
        (payload ->> 'gratuity')::boolean AS gratuity,
        (SELECT c.currency FROM analytics.currencies AS c WHERE c.currency = payload ->> 'currency') AS currency,
        ts AS event_ts,
        event_id,
        version AS event_version,
        event_offset
    FROM incoming
    WHERE event_type = 'service_charge_added'
    ORDER BY charge_id, coalesce(version, -1) DESC, ts DESC, event_offset DESC, event_id DESC
)
INSERT INTO service_charges AS t (charge_id, order_id, name, amount, gratuity, currency, event_ts, event_id, event_version, event_offset)
SELECT charge_id, order_id, name, amount, gratuity, currency, event_ts, event_id, event_version, event_offset
FROM newest
ON CONFLICT (charge_id) DO UPDATE SET
    order_id = excluded.order_id,
    name = excluded.name,
    amount = excluded.amount,
    gratuity = excluded.gratuity,
    currency = excluded.currency,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id,
    event_version = excluded.event_version,
    event_offset = excluded.event_offset
WHERE (coalesce(t.event_version, -1), t.event_ts, t.event_offset, t.event_id) < (coalesce(excluded.event_version, -1), excluded.event_ts, excluded.event_offset, excluded.event_id);
