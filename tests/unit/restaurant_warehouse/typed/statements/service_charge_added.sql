COPY service_charges (charge_id, order_id, name, amount, gratuity, event_ts, event_id) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\');

WITH newest AS (
    SELECT DISTINCT ON (charge_id)
        (payload ->> 'charge_id')::uuid AS charge_id,
        (payload ->> 'order_id')::uuid AS order_id,
        payload ->> 'name' AS name,
        (payload ->> 'amount')::numeric AS amount,
        (payload ->> 'gratuity')::boolean AS gratuity,
        ts AS event_ts,
        event_id
    FROM incoming
    WHERE event_type = 'service_charge_added'
    ORDER BY charge_id, ts DESC, event_id DESC
)
INSERT INTO service_charges AS t (charge_id, order_id, name, amount, gratuity, event_ts, event_id)
SELECT charge_id, order_id, name, amount, gratuity, event_ts, event_id
FROM newest
ON CONFLICT (charge_id) DO UPDATE SET
    order_id = excluded.order_id,
    name = excluded.name,
    amount = excluded.amount,
    gratuity = excluded.gratuity,
    event_ts = excluded.event_ts,
    event_id = excluded.event_id
WHERE (t.event_ts, t.event_id) < (excluded.event_ts, excluded.event_id);
