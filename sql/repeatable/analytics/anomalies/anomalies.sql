CREATE OR REPLACE VIEW analytics.anomalies AS
SELECT
    'hour' AS kind,
    h.location_code,
    h.hour AS at,
    h.measure,
    h.value,
    h.expected,
    h.score::double precision AS score,
    NULL::uuid AS payment_id,
    jsonb_build_object('same_weekday', h.same_weekday, 'compared_with', h.compared_with) AS evidence
FROM analytics.abnormality_of_hours() AS h
WHERE h.is_anomaly
UNION ALL
SELECT
    'payment',
    s.location_code,
    s.event_ts,
    'amount',
    p.amount,
    round((p.amount::double precision / power(2, s.amount_doublings))::numeric, 2),
    s.score,
    s.payment_id,
    s.evidence
FROM analytics.payment_scores AS s
JOIN analytics.payments AS p ON p.payment_id = s.payment_id AND p.event_ts = s.event_ts AND p.event_id = s.event_id
WHERE s.is_anomaly;

COMMENT ON VIEW analytics.anomalies IS
    'What is unusual: hours of the last seven days by a robust z-score (abnormality_of_hours() has other spans, and the usual hours), and payments by an Isolation Forest (payment_scores). A payment that was restated is not here until it is scored anew.';
COMMENT ON COLUMN analytics.anomalies.kind IS 'hour or payment.';
COMMENT ON COLUMN analytics.anomalies.location_code IS 'The restaurant; null for a payment of which nobody says it.';
COMMENT ON COLUMN analytics.anomalies.at IS 'When the hour began, or the payment was captured.';
COMMENT ON COLUMN analytics.anomalies.measure IS 'Of an hour orders or revenue, of a payment its amount.';
COMMENT ON COLUMN analytics.anomalies.value IS 'What it was.';
COMMENT ON COLUMN analytics.anomalies.expected IS 'The median of the hours compared with, or of the restaurant''s payments.';
COMMENT ON COLUMN analytics.anomalies.score IS
    'Of an hour the robust z-score: below 0 is too little. Of a payment the forest''s score: near 1 is the most unusual.';
COMMENT ON COLUMN analytics.anomalies.payment_id IS 'The payment.';
COMMENT ON COLUMN analytics.anomalies.evidence IS
    'Of an hour, with how many it was compared, and whether of the same weekday; of a payment, which features are the furthest out: see payment_scores.';
