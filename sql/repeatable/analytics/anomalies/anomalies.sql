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
    jsonb_build_object('same_weekday', h.same_weekday, 'compared_with', h.compared_with) AS evidence,
    h.currency
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
    s.evidence,
    coalesce(p.currency, o.currency, l.currency, (SELECT analytics.default_currency()))
FROM analytics.payment_scores AS s
JOIN analytics.payments AS p ON p.payment_id = s.payment_id AND p.event_ts = s.event_ts AND p.event_id = s.event_id
LEFT JOIN analytics.orders AS o ON o.order_id = p.order_id
LEFT JOIN analytics.locations AS l ON l.location_code = coalesce(p.location_code, o.location_code)
WHERE s.is_anomaly AND NOT p.is_replaced AND p.event_ts <= analytics.present() AND coalesce(o.business_ts <= analytics.present(), true);

COMMENT ON VIEW analytics.anomalies IS
    'Unusual hours and payments. Hours of the last seven days by a robust z-score; abnormality_of_hours() has other time spans and the usual hours too. Payments by an Isolation Forest (payment_scores). A payment that was restated is not listed until it is scored again.';
COMMENT ON COLUMN analytics.anomalies.kind IS 'hour or payment.';
COMMENT ON COLUMN analytics.anomalies.location_code IS
    'The restaurant; null for a payment whose restaurant is unknown.';
COMMENT ON COLUMN analytics.anomalies.at IS 'When the hour began, or when the payment was captured.';
COMMENT ON COLUMN analytics.anomalies.measure IS 'orders or revenue of an hour, amount of a payment.';
COMMENT ON COLUMN analytics.anomalies.value IS 'The observed value.';
COMMENT ON COLUMN analytics.anomalies.expected IS 'The median of the compared hours, or of the restaurant''s payments.';
COMMENT ON COLUMN analytics.anomalies.score IS
    'For an hour the robust z-score: below 0 is less than usual. For a payment the score of the forest: near 1 is the most unusual.';
COMMENT ON COLUMN analytics.anomalies.payment_id IS 'The payment; null for an hour.';
COMMENT ON COLUMN analytics.anomalies.evidence IS
    'For an hour, the number of hours that it was compared with, and whether they are of the same weekday. For a payment, its most unusual features: see payment_scores.';
COMMENT ON COLUMN analytics.anomalies.currency IS 'The currency of value and expected where they are amounts, and of the orders that are counted.';
