-- Of two events that state the same thing, the one with the greater (version, time, offset, event_id) counts; for a status,
-- its place in the life of an order stands before the offset. A typed row holds its place in this order. Before, a random
-- event_id decided when the times were equal. event_offset has a default, so that the version before can still write:
-- `rebuild --apply` fills the offsets of the rows that it writes after this migration.

LOCK TABLE raw_data.event_ids IN SHARE ROW EXCLUSIVE MODE;

ALTER TABLE analytics.orders ADD COLUMN event_version bigint, ADD COLUMN event_offset bigint NOT NULL DEFAULT 0;
ALTER TABLE analytics.order_items ADD COLUMN event_version bigint, ADD COLUMN event_offset bigint NOT NULL DEFAULT 0;
ALTER TABLE analytics.order_status_history ADD COLUMN event_version bigint, ADD COLUMN event_offset bigint NOT NULL DEFAULT 0;
ALTER TABLE analytics.payments ADD COLUMN event_version bigint, ADD COLUMN event_offset bigint NOT NULL DEFAULT 0;
ALTER TABLE analytics.refunds ADD COLUMN event_version bigint, ADD COLUMN event_offset bigint NOT NULL DEFAULT 0;
ALTER TABLE analytics.feedback ADD COLUMN event_version bigint, ADD COLUMN event_offset bigint NOT NULL DEFAULT 0;
ALTER TABLE analytics.menu_item_changes ADD COLUMN event_version bigint, ADD COLUMN event_offset bigint NOT NULL DEFAULT 0;
ALTER TABLE analytics.customer_changes ADD COLUMN event_version bigint, ADD COLUMN event_offset bigint NOT NULL DEFAULT 0;
ALTER TABLE analytics.payment_scores ADD COLUMN event_version bigint, ADD COLUMN event_offset bigint NOT NULL DEFAULT 0;

COMMENT ON COLUMN analytics.orders.event_version IS
    'The version in the event that wrote the row; null where it has none.';
COMMENT ON COLUMN analytics.orders.event_offset IS
    'The offset of the event that wrote the row, as in raw_data.event_ids; 0 where the release before wrote the row.';
COMMENT ON COLUMN analytics.order_items.event_version IS
    'The version in the event that wrote the row; null where it has none.';
COMMENT ON COLUMN analytics.order_items.event_offset IS
    'The offset of the event that wrote the row, as in raw_data.event_ids; 0 where the release before wrote the row.';
COMMENT ON COLUMN analytics.order_status_history.event_version IS
    'The version in the event that reported the change; null where it has none.';
COMMENT ON COLUMN analytics.order_status_history.event_offset IS
    'The offset of the event that reported the change, as in raw_data.event_ids; 0 where the release before wrote the row.';
COMMENT ON COLUMN analytics.payments.event_version IS
    'The version in the event that wrote the row; null where it has none.';
COMMENT ON COLUMN analytics.payments.event_offset IS
    'The offset of the event that wrote the row, as in raw_data.event_ids; 0 where the release before wrote the row.';
COMMENT ON COLUMN analytics.refunds.event_version IS
    'The version in the event that wrote the row; null where it has none.';
COMMENT ON COLUMN analytics.refunds.event_offset IS
    'The offset of the event that wrote the row, as in raw_data.event_ids; 0 where the release before wrote the row.';
COMMENT ON COLUMN analytics.feedback.event_version IS
    'The version in the event that wrote the row; null where it has none.';
COMMENT ON COLUMN analytics.feedback.event_offset IS
    'The offset of the event that wrote the row, as in raw_data.event_ids; 0 where the release before wrote the row.';
COMMENT ON COLUMN analytics.menu_item_changes.event_version IS
    'The version in the event that wrote the row; null where it has none.';
COMMENT ON COLUMN analytics.menu_item_changes.event_offset IS
    'The offset of the event that wrote the row, as in raw_data.event_ids; 0 where the release before wrote the row.';
COMMENT ON COLUMN analytics.customer_changes.event_version IS
    'The version in the event that wrote the row; null where it has none.';
COMMENT ON COLUMN analytics.customer_changes.event_offset IS
    'The offset of the event that wrote the row, as in raw_data.event_ids; 0 where the release before wrote the row.';
COMMENT ON COLUMN analytics.payment_scores.event_version IS
    'The version in the event of the payment''s version that was scored; null where it has none.';
COMMENT ON COLUMN analytics.payment_scores.event_offset IS
    'The offset of the event of the payment''s version that was scored, as in raw_data.event_ids; 0 where the release before wrote the row.';
COMMENT ON COLUMN analytics.orders.event_ts IS
    'The ts of the event that wrote the row. Of several such events, the greatest (event_version, event_ts, event_offset, event_id) counts; without a version is less than any version.';
COMMENT ON COLUMN analytics.order_items.event_ts IS
    'The ts of the event that wrote the row. Of several such events, the greatest (event_version, event_ts, event_offset, event_id) counts; without a version is less than any version.';
COMMENT ON COLUMN analytics.payments.event_ts IS
    'The ts of the event that wrote the row. Of several such events, the greatest (event_version, event_ts, event_offset, event_id) counts; without a version is less than any version.';
COMMENT ON COLUMN analytics.refunds.event_ts IS
    'The ts of the event that wrote the row. Of several such events, the greatest (event_version, event_ts, event_offset, event_id) counts; without a version is less than any version.';
COMMENT ON COLUMN analytics.feedback.event_ts IS
    'The ts of the event that wrote the row. Of several such events, the greatest (event_version, event_ts, event_offset, event_id) counts; without a version is less than any version.';
COMMENT ON COLUMN analytics.menu_item_changes.event_ts IS
    'The ts of the event that wrote the row. Of several such events, the greatest (event_version, event_ts, event_offset, event_id) counts; without a version is less than any version.';
COMMENT ON COLUMN analytics.customer_changes.event_ts IS
    'The ts of the event that wrote the row. Of several such events, the greatest (event_version, event_ts, event_offset, event_id) counts; without a version is less than any version.';
COMMENT ON COLUMN analytics.orders.status IS
    'The status of the last change; pending before the first. Changes are in the order of event_version, changed_ts, place in the life of an order, event_offset and event_id.';

-- The offsets of the rows from before. The figures stay the same, so no rollup has to be summed again.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['orders', 'order_items', 'order_status_history', 'payments', 'refunds', 'feedback',
        'menu_item_changes', 'customer_changes', 'payment_scores']
    LOOP
        EXECUTE format('ALTER TABLE analytics.%I DISABLE TRIGGER USER', name);
        EXECUTE format('UPDATE analytics.%I AS t SET event_offset = i.event_offset FROM raw_data.event_ids AS i
            WHERE i.event_id = t.event_id', name);
        EXECUTE format('ALTER TABLE analytics.%I ENABLE TRIGGER USER', name);
    END LOOP;
END
$$;

-- The rows whose key and time another raw event has, with a greater offset: they take what that event states. Then the
-- derived columns of the orders whose payments changed, or that have several status changes at one time. Events of
-- archived months are not in raw: `rebuild --apply` reads them. A time is read as analytics.moment() reads it, and a
-- payload is checked as analytics.payload_fits() does; those functions may be of another release here.
DO $$
DECLARE
    kind    record;
    moved   uuid[];
    touched uuid[] := '{}';
BEGIN
    FOR kind IN SELECT * FROM (VALUES
        ('order_created', 'orders', '{order_id}'::text[], 'order_ts',
            '{visit_id,service_type,order_ts,location_code,customer_id,city}'::text[]),
        ('order_item_added', 'order_items', '{order_item_id}', NULL,
            '{order_id,menu_item_id,category,item_name,unit_price,qty,extended_price}'),
        ('payment_captured', 'payments', '{payment_id}', NULL,
            '{order_id,method,provider,amount,auth_code,subtotal,tax,tip,total,location_code}'),
        ('payment_refunded', 'refunds', '{refund_id}', 'refunded_ts',
            '{payment_id,order_id,amount,reason,refunded_ts}'),
        ('feedback_submitted', 'feedback', '{feedback_id}', 'created_ts',
            '{order_id,customer_id,rating,nps,comment,created_ts}'),
        ('menu_item_changed', 'menu_item_changes', '{menu_item_id,changed_ts}', 'changed_ts', '{name,category,price,cost}'),
        ('customer_changed', 'customer_changes', '{customer_id,changed_ts}', 'changed_ts', '{city,membership}')
    ) AS v (event_type, table_name, key, moment, fields)
    LOOP
        EXECUTE format($merge$
            WITH rest AS MATERIALIZED (
                SELECT r.event_id, r.event_offset, r.ts, r.payload
                FROM raw_data.events_raw AS r
                WHERE r.event_type = %1$L
                    AND r.partition_key <> r.stream_id
                    AND NOT EXISTS (SELECT FROM analytics.%2$I AS t WHERE t.event_id = r.event_id)
            ), fitting AS MATERIALIZED (
                SELECT r.event_id, r.event_offset, r.ts, coalesce((
                    SELECT jsonb_object_agg(f.key, f.value) FROM jsonb_each(r.payload) AS f WHERE f.key = ANY (%3$L::text[])
                ), '{}') || CASE WHEN %4$L <> '' THEN jsonb_build_object(%4$L,
                    regexp_replace(r.payload ->> %4$L, '(\.\d{6})\d+', '\1')::timestamptz
                    + (r.payload ->> %4$L ~ '\.\d{6}[5-9]')::integer * interval '1 microsecond') ELSE '{}' END AS fields
                FROM rest AS r
                WHERE NOT EXISTS (
                    SELECT FROM analytics.event_types AS e, jsonb_each_text(e.checked_fields) AS f (name, form)
                    WHERE e.event_type = %1$L AND NOT coalesce(CASE
                        WHEN f.form LIKE '%%?' AND coalesce(jsonb_typeof(r.payload -> f.name), 'null') = 'null' THEN true
                        WHEN f.form LIKE 'text%%' THEN jsonb_typeof(r.payload -> f.name) = 'string'
                        WHEN f.form LIKE 'id%%' THEN
                            jsonb_typeof(r.payload -> f.name) = 'string' AND length(r.payload ->> f.name) <= 200
                        WHEN f.form LIKE 'money%%' THEN
                            r.payload ->> f.name ~ '^(-0+(\.0+)?|[0-9]+(\.[0-9]+)?)([eE][-+]?[0-9]{1,2})?$'
                        WHEN f.form LIKE 'time%%' THEN
                            r.payload ->> f.name ~ '^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[-+][0-9:]+)$'
                            AND pg_input_is_valid(regexp_replace(r.payload ->> f.name, '\.\d+', ''), 'timestamptz')
                    END, false)
                )
            ), newest AS (
                SELECT DISTINCT ON (%5$s) r.event_id AS newest_id, r.event_offset AS newest_offset, r.ts, p.*
                FROM fitting AS r
                CROSS JOIN LATERAL jsonb_populate_record(NULL::analytics.%2$I, r.fields) AS p
                ORDER BY %5$s, r.ts DESC, r.event_offset DESC, r.event_id DESC
            ), changed AS (
                UPDATE analytics.%2$I AS t SET (event_id, event_offset, %6$s) = ROW (n.newest_id, n.newest_offset, %7$s)
                FROM newest AS n
                WHERE (%8$s) = (%9$s)
                    AND t.event_ts = n.ts
                    AND (t.event_offset, t.event_id) < (n.newest_offset, n.newest_id)
                RETURNING to_jsonb(old) ->> 'order_id' AS before, to_jsonb(new) ->> 'order_id' AS after
            )
            SELECT array_agg(o.order_id::uuid)
            FROM changed AS c CROSS JOIN LATERAL (VALUES (c.before), (c.after)) AS o (order_id)
            WHERE o.order_id IS NOT NULL$merge$,
            kind.event_type, kind.table_name, kind.key || kind.fields, coalesce(kind.moment, ''),
            (SELECT string_agg('p.' || k, ', ') FROM unnest(kind.key) AS k),
            array_to_string(kind.fields, ', '),
            (SELECT string_agg('n.' || f, ', ') FROM unnest(kind.fields) AS f),
            (SELECT string_agg('t.' || k, ', ') FROM unnest(kind.key) AS k),
            (SELECT string_agg('n.' || k, ', ') FROM unnest(kind.key) AS k))
        INTO moved;
        IF kind.event_type = 'payment_captured' THEN
            touched := coalesce(moved, '{}');
        END IF;
    END LOOP;

    UPDATE analytics.orders AS o SET
        status = d.status,
        subtotal = d.subtotal,
        tax = d.tax,
        tip = d.tip,
        total = d.total,
        updated_at = d.updated_at
    FROM (
        SELECT
            o.order_id,
            coalesce(s.status, 'pending') AS status,
            p.subtotal,
            p.tax,
            p.tip,
            p.total,
            greatest(o.created_at, p.last_ts, s.last_ts) AS updated_at
        FROM (
            SELECT unnest(touched) AS order_id
            UNION
            SELECT h.order_id FROM analytics.order_status_history AS h GROUP BY h.order_id, h.changed_ts HAVING count(*) > 1
        ) AS t
        JOIN analytics.orders AS o USING (order_id)
        CROSS JOIN LATERAL (
            SELECT sum(subtotal) AS subtotal, sum(tax) AS tax, sum(tip) AS tip, sum(total) AS total, max(event_ts) AS last_ts
            FROM analytics.payments AS p
            WHERE p.order_id = t.order_id
        ) AS p
        CROSS JOIN LATERAL (
            SELECT max(h.event_ts) AS last_ts, (array_agg(h.status ORDER BY h.changed_ts DESC,
                array_position(ARRAY['pending', 'preparing', 'ready', 'completed', 'cancelled'], h.status) DESC,
                h.event_offset DESC, h.event_id DESC))[1] AS status
            FROM analytics.order_status_history AS h
            WHERE h.order_id = t.order_id
        ) AS s
    ) AS d
    WHERE o.order_id = d.order_id
        AND ROW(o.status, o.subtotal, o.tax, o.tip, o.total, o.updated_at)::text
            <> ROW(d.status, d.subtotal, d.tax, d.tip, d.total, d.updated_at)::text;
END
$$;
