-- The statements of scoring.py. They run as airflow_user.

-- name: scope
-- The instant up to which payments are scored, and the share of usual payments that may count as unusual.
SELECT coalesce(%(before)s, clock_timestamp()), analytics.threshold('anomaly_payment_share')

-- name: history
-- The newest payments before the scored period.
SELECT * FROM analytics.payment_facts WHERE event_ts < %(since)s ORDER BY event_ts DESC, payment_id LIMIT %(most)s

-- name: unscored
-- A page of the payments that have no score, or whose score is older than a restatement, a refund, another payment of the
-- order, or the arrival of the order or its lines.
SELECT f.*
FROM analytics.payment_facts AS f
LEFT JOIN analytics.payment_scores AS s ON s.payment_id = f.payment_id
WHERE f.event_ts >= %(since)s AND f.event_ts < %(before)s
    AND (f.event_ts, f.payment_id) > (%(after_ts)s, %(after_id)s)
    AND (s.event_ts, s.event_id, s.order_payments, s.repeats, s.refunds, s.refunded_share,
            s.hours_since_order IS NULL, s.overpaid_doublings IS NULL)
        IS DISTINCT FROM (f.event_ts, f.event_id, f.order_payments, f.repeats, f.refunds, f.refunded_share,
            f.hours_since_order IS NULL, coalesce(f.paid_of_items, 0) <= 0)
ORDER BY f.event_ts, f.payment_id
LIMIT %(most)s

-- name: keep_model
-- One row per training.
INSERT INTO analytics.anomaly_models
    (payments, first_ts, last_ts, features, parameters, sklearn_version, threshold)
VALUES (%(payments)s, %(first_ts)s, %(last_ts)s, %(features)s, %(parameters)s, %(sklearn_version)s, %(threshold)s)
RETURNING model_id

-- name: keep_score
-- The score of the greater version of a payment stays, whichever is scored last: the order of change_order.py.
INSERT INTO analytics.payment_scores AS t
    (payment_id, event_ts, event_id, event_version, event_offset, model_id, location_code, amount_doublings, tip_share, tax_deviation, parts_gap,
     overpaid_doublings, hour_share, method_share, hours_since_order, order_payments, repeats, refunds, refunded_share,
     score, is_anomaly, evidence)
VALUES
    (%(payment_id)s, %(event_ts)s, %(event_id)s, %(event_version)s, %(event_offset)s, %(model_id)s, %(location_code)s, %(amount_doublings)s, %(tip_share)s,
     %(tax_deviation)s, %(parts_gap)s, %(overpaid_doublings)s, %(hour_share)s, %(method_share)s, %(hours_since_order)s,
     %(order_payments)s, %(repeats)s, %(refunds)s, %(refunded_share)s, %(score)s, %(is_anomaly)s, %(evidence)s)
ON CONFLICT (payment_id) DO UPDATE SET
    event_ts = excluded.event_ts,
    event_id = excluded.event_id,
    event_version = excluded.event_version,
    event_offset = excluded.event_offset,
    model_id = excluded.model_id,
    location_code = excluded.location_code,
    amount_doublings = excluded.amount_doublings,
    tip_share = excluded.tip_share,
    tax_deviation = excluded.tax_deviation,
    parts_gap = excluded.parts_gap,
    overpaid_doublings = excluded.overpaid_doublings,
    hour_share = excluded.hour_share,
    method_share = excluded.method_share,
    hours_since_order = excluded.hours_since_order,
    order_payments = excluded.order_payments,
    repeats = excluded.repeats,
    refunds = excluded.refunds,
    refunded_share = excluded.refunded_share,
    score = excluded.score,
    is_anomaly = excluded.is_anomaly,
    evidence = excluded.evidence,
    scored_at = clock_timestamp()
WHERE (coalesce(t.event_version, -1), t.event_ts, t.event_offset, t.event_id)
    <= (coalesce(excluded.event_version, -1), excluded.event_ts, excluded.event_offset, excluded.event_id)
