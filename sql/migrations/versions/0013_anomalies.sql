-- Anomalies: of hours they are found when somebody asks, of payments by a task that keeps what it found and why.

CREATE TABLE analytics.anomaly_models (
    model_id        bigint GENERATED ALWAYS AS IDENTITY,
    trained_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    payments        bigint NOT NULL,
    first_ts        timestamptz NOT NULL,
    last_ts         timestamptz NOT NULL,
    features        text[] NOT NULL,
    parameters      jsonb NOT NULL,
    sklearn_version text NOT NULL,
    threshold       double precision NOT NULL,
    CONSTRAINT anomaly_models_pkey PRIMARY KEY (model_id),
    CONSTRAINT anomaly_models_payments_positive CHECK (payments >= 1),
    CONSTRAINT anomaly_models_span_in_order CHECK (first_ts <= last_ts)
);
COMMENT ON TABLE analytics.anomaly_models IS
    'The Isolation Forests that scored payments, one row a training. A forest is not kept: the same payments, parameters and version of scikit-learn give the same one.';
COMMENT ON COLUMN analytics.anomaly_models.model_id IS 'Surrogate key.';
COMMENT ON COLUMN analytics.anomaly_models.trained_at IS 'When.';
COMMENT ON COLUMN analytics.anomaly_models.payments IS 'How many payments it learned from: the newest before the ones that it scored.';
COMMENT ON COLUMN analytics.anomaly_models.first_ts IS 'The event_ts of the oldest of them.';
COMMENT ON COLUMN analytics.anomaly_models.last_ts IS 'The event_ts of the newest.';
COMMENT ON COLUMN analytics.anomaly_models.features IS 'What it looked at, in its order: columns of payment_scores.';
COMMENT ON COLUMN analytics.anomaly_models.parameters IS 'What scikit-learn''s IsolationForest was given, the seed included.';
COMMENT ON COLUMN analytics.anomaly_models.sklearn_version IS 'The version of scikit-learn.';
COMMENT ON COLUMN analytics.anomaly_models.threshold IS
    'A payment that scores more is an anomaly: so did the share anomaly_payment_share of what it learned from.';

CREATE TABLE analytics.payment_scores (
    payment_id          uuid NOT NULL,
    event_ts            timestamptz NOT NULL,
    event_id            uuid NOT NULL,
    model_id            bigint NOT NULL,
    location_code       text,
    amount_doublings    double precision,
    tip_share           double precision,
    tax_deviation       double precision,
    parts_gap           double precision,
    overpaid_doublings  double precision,
    hour_share          double precision,
    method_share        double precision,
    hours_since_order   double precision,
    order_payments      double precision NOT NULL,
    repeats             double precision NOT NULL,
    refunds             double precision NOT NULL,
    refunded_share      double precision NOT NULL,
    score               double precision NOT NULL,
    is_anomaly          boolean NOT NULL,
    evidence            jsonb,
    scored_at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT payment_scores_pkey PRIMARY KEY (payment_id),
    CONSTRAINT payment_scores_model FOREIGN KEY (model_id) REFERENCES analytics.anomaly_models (model_id),
    CONSTRAINT payment_scores_score_in_range CHECK (score BETWEEN 0 AND 1),
    CONSTRAINT payment_scores_anomaly_has_evidence CHECK (NOT is_anomaly OR evidence IS NOT NULL)
);
COMMENT ON TABLE analytics.payment_scores IS
    'How unusual each payment is, and what that was seen by. A payment that was restated, refunded or paid beside after it was scored is scored anew, and its row replaced.';
COMMENT ON COLUMN analytics.payment_scores.payment_id IS 'The payment.';
COMMENT ON COLUMN analytics.payment_scores.event_ts IS 'The version of the payment that was scored, first part: see payments.';
COMMENT ON COLUMN analytics.payment_scores.event_id IS 'The version that was scored, second part.';
COMMENT ON COLUMN analytics.payment_scores.model_id IS 'The forest that scored it: see anomaly_models.';
COMMENT ON COLUMN analytics.payment_scores.location_code IS 'The restaurant, by the payment or else by its order; null where neither says.';
COMMENT ON COLUMN analytics.payment_scores.amount_doublings IS
    'Its amount against the restaurant''s median, as a power of two: 0 is the median, 3 is eight times as much.';
COMMENT ON COLUMN analytics.payment_scores.tip_share IS 'Tip by subtotal; null where the subtotal is 0.';
COMMENT ON COLUMN analytics.payment_scores.tax_deviation IS 'Tax by subtotal, less the restaurant''s median of that.';
COMMENT ON COLUMN analytics.payment_scores.parts_gap IS 'By how much parts, total and amount differ, by the amount; 0 where they agree.';
COMMENT ON COLUMN analytics.payment_scores.overpaid_doublings IS
    'What all payments of the order are for, against what its items come to, as a power of two: 0 is exact, 1 is twice. Null where that is unknown.';
COMMENT ON COLUMN analytics.payment_scores.hour_share IS 'Share of the restaurant''s payments that come in this hour of its day.';
COMMENT ON COLUMN analytics.payment_scores.method_share IS 'Share of the restaurant''s payments that are made by this method.';
COMMENT ON COLUMN analytics.payment_scores.hours_since_order IS 'Whole hours since the guest ordered; null while the order is unknown.';
COMMENT ON COLUMN analytics.payment_scores.order_payments IS 'Payments of the order, this one included.';
COMMENT ON COLUMN analytics.payment_scores.repeats IS 'Earlier payments of the order with the same method and amount.';
COMMENT ON COLUMN analytics.payment_scores.refunds IS 'Refunds of the payment.';
COMMENT ON COLUMN analytics.payment_scores.refunded_share IS 'What they gave back, by its amount.';
COMMENT ON COLUMN analytics.payment_scores.score IS
    'Of the forest: near 1 is what few random cuts set apart from the others, 0.5 and less is usual.';
COMMENT ON COLUMN analytics.payment_scores.is_anomaly IS 'Whether the score exceeds the threshold of the model.';
COMMENT ON COLUMN analytics.payment_scores.evidence IS
    'Of an anomaly, the features that are the least usual: the value, the median of the model''s payments, and the share of these that are as far out.';
COMMENT ON COLUMN analytics.payment_scores.scored_at IS 'When.';

CREATE INDEX payment_scores_anomalies ON analytics.payment_scores (event_ts) WHERE is_anomaly;
-- The newest payments, to learn from and to score.
CREATE INDEX payments_event_ts ON analytics.payments (event_ts);

COMMENT ON TABLE analytics.thresholds IS
    'Where checks and views draw the line. Change a value with UPDATE, as restaurant_user.';
INSERT INTO analytics.thresholds (name, value, unit, meaning) VALUES
    ('anomaly_hour_score', 3.5, 'robust z-score', 'An hour further from the usual than this is an anomaly.'),
    ('anomaly_silent_orders', 6, 'orders', 'Where the usual hour has at least so many, one without any is an anomaly.'),
    ('anomaly_window_weeks', 8, 'weeks', 'An hour is compared with the same hour of the day in so many weeks before it.'),
    ('anomaly_weekday_weeks', 6, 'weeks', 'With a history of at least so many, only with the same day of the week.'),
    ('anomaly_history_days', 14, 'days', 'With a history of fewer, a restaurant''s hours are not judged.'),
    ('anomaly_payment_share', 0.01, 'share of payments', 'So many of the payments that a forest learned from score above its threshold.');
