-- A year of orders, by SQL: 50,000 of each kind of row, so that going through a table is never the cheapest way. And a
-- month of as many raw events.
SELECT raw_data.ensure_partitions('2024-07-01', '2025-08-01');

CREATE TEMPORARY TABLE numbered AS
SELECT
    n,
    md5('order' || n)::uuid AS order_id,
    timestamptz '2024-07-01 00:00:00+00' + n * interval '10 minutes 30 seconds' AS ts
FROM generate_series(1, 50000) AS n;

INSERT INTO raw_data.event_ids (event_id, ts, stream_id, event_offset, content_hash)
SELECT md5('created' || n)::uuid, ts, 'year', n, decode(md5('created' || n), 'hex') FROM numbered;

INSERT INTO raw_data.events_raw
    (event_offset, event_id, event_type, ts, partition_key, payload, ingested_at, ingested_by, stream_id)
SELECT n, md5('created' || n)::uuid, 'order_created', ts, 'LOC-' || n % 20, '{}', ts, 'year', 'year' FROM numbered;

INSERT INTO raw_data.events_raw
    (event_offset, event_id, event_type, ts, partition_key, payload, ingested_at, ingested_by, stream_id)
SELECT n, md5('other' || n)::uuid, 'other', t, 'LOC-' || n % 20, '{}', t + interval '1 second', 'year', 'other'
FROM numbered, LATERAL (VALUES (timestamptz '2025-08-01 00:00:00+00' + n * interval '50 seconds')) AS v (t);

INSERT INTO analytics.orders
    (order_id, service_type, order_ts, location_code, customer_id, status, subtotal, tax, tip, total,
     created_at, updated_at, event_ts, event_id)
SELECT order_id, 'takeout', ts, 'LOC-' || n % 20, 'CUST-' || n % 9000, CASE WHEN n % 30 = 0 THEN 'cancelled' ELSE 'completed' END,
    10, 1, 1, 12, ts, ts, ts, md5('created' || n)::uuid
FROM numbered;

INSERT INTO analytics.order_items
    (order_item_id, order_id, category, item_name, unit_price, qty, extended_price, event_ts, event_id)
SELECT md5('item' || n)::uuid, order_id, 'Soup', 'Soup ' || n % 50, 10, 1, 10, ts, md5('added' || n)::uuid FROM numbered;

INSERT INTO analytics.order_status_history (event_id, order_id, status, changed_ts, event_ts)
SELECT md5('changed' || n)::uuid, order_id, 'completed', ts, ts FROM numbered;

INSERT INTO analytics.payments
    (payment_id, order_id, method, amount, subtotal, tax, tip, total, processed_at, event_ts, event_id)
SELECT md5('payment' || n)::uuid, order_id, 'card', 12, 10, 1, 1, 12, ts, ts, md5('captured' || n)::uuid FROM numbered;

INSERT INTO analytics.refunds (refund_id, payment_id, order_id, amount, refunded_ts, event_ts, event_id)
SELECT md5('refund' || n)::uuid, md5('payment' || n)::uuid, order_id, 1, ts, ts, md5('refunded' || n)::uuid FROM numbered;

INSERT INTO analytics.feedback (feedback_id, order_id, rating, nps, created_ts, event_ts, event_id)
SELECT md5('feedback' || n)::uuid, order_id, 1 + n % 5, n % 11, ts, ts, md5('submitted' || n)::uuid FROM numbered;
