-- How long what our own jobs write for each run is kept. More than a year, so that a trend has the same time of last year
-- beside it.

INSERT INTO analytics.thresholds (name, value, unit, meaning) VALUES
    ('data_quality_keep_days', 400, 'days', 'Results of quality rules older than this are deleted, the newest of each rule never.'),
    ('payment_scores_keep_days', 400, 'days', 'Scores of payments older than this are deleted, those of anomalies never.');
