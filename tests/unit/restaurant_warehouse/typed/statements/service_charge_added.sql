COPY service_charges (charge_id, order_id, name, amount, gratuity, currency, external_id, event_ts, event_id, event_version, event_offset) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT DISTINCT ON (charge_id)
        (payload ->> 'charge_id')::uuid AS charge_id,
        (payload ->> 'order_id')::uuid AS order_id,
        payload ->> 'name' AS name,
        (payload ->> 'amount')::numeric AS amount,
        (payload ->> 'gratuity')::boolean AS gratuity,
        (SELECT c.currency FROM analytics.currencies AS c WHERE c.currency = payload ->> 'currency') AS currency,
        payload ->> '(external_id)' AS external_id,
        coalesce(part_ts, ts) AS event_ts,
        event_id,
        version AS event_version,
        event_offset,
        CASE WHEN part_ts IS NOT NULL THEN ts END AS snapshot_ts
    FROM incoming
    WHERE event_type = 'service_charge_added'
    ORDER BY charge_id, coalesce(version, -1) DESC, ts DESC, event_offset DESC, event_id DESC
)
INSERT INTO service_charges AS t (charge_id, order_id, name, amount, gratuity, currency, external_id, event_ts, event_id, event_version, event_offset, snapshot_ts)
SELECT charge_id, order_id, name, amount, gratuity, currency, external_id, event_ts, event_id, event_version, event_offset, snapshot_ts
FROM newest
ON CONFLICT (charge_id) DO UPDATE SET
    order_id = excluded.order_id,
    name = excluded.name,
    amount = excluded.amount,
    gratuity = excluded.gratuity,
    currency = excluded.currency,
    external_id = excluded.external_id,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id,
    event_version = excluded.event_version,
    event_offset = excluded.event_offset,
    snapshot_ts = excluded.snapshot_ts,
    is_replaced = false
WHERE (coalesce(t.event_version, -1), coalesce(t.snapshot_ts, t.event_ts), t.event_offset, t.event_id) < (coalesce(excluded.event_version, -1), coalesce(excluded.snapshot_ts, excluded.event_ts), excluded.event_offset, excluded.event_id);
