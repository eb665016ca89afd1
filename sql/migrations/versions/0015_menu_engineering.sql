-- How much of the past the menu is judged by. A warehouse may know it already: for a while 0009 told it.

INSERT INTO analytics.thresholds (name, value, unit, meaning) VALUES
    ('menu_engineering_days', 28, 'days', 'menu_engineering looks back so far from the newest order.')
ON CONFLICT (name) DO NOTHING;
