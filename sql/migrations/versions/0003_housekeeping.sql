-- What the warehouse needs to look after itself.

CREATE TABLE raw_data.repeatables (
    name       text        NOT NULL,
    checksum   text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT repeatables_pkey PRIMARY KEY (name)
);
COMMENT ON TABLE raw_data.repeatables IS
    'Which views, functions and grants of sql/repeatable are applied, so that only changed ones are touched.';
COMMENT ON COLUMN raw_data.repeatables.name IS 'The file, as schema/object.';
COMMENT ON COLUMN raw_data.repeatables.checksum IS 'SHA-256 of the file as applied.';
COMMENT ON COLUMN raw_data.repeatables.applied_at IS 'When.';

COMMENT ON TABLE raw_data.alembic_version IS 'The migration that the schema is at. Kept by alembic.';
COMMENT ON COLUMN raw_data.alembic_version.version_num IS 'The revision.';

CREATE TABLE analytics.thresholds (
    name    text    NOT NULL,
    value   numeric NOT NULL,
    unit    text    NOT NULL,
    meaning text    NOT NULL,
    CONSTRAINT thresholds_pkey PRIMARY KEY (name),
    CONSTRAINT thresholds_value_not_negative CHECK (value >= 0)
);
COMMENT ON TABLE analytics.thresholds IS
    'Where health_check() and validate_data_consistency() draw the line. Change a value with UPDATE, as restaurant_user.';
COMMENT ON COLUMN analytics.thresholds.name IS 'Named component_what_level.';
COMMENT ON COLUMN analytics.thresholds.value IS 'The line itself.';
COMMENT ON COLUMN analytics.thresholds.unit IS 'What the value counts.';
COMMENT ON COLUMN analytics.thresholds.meaning IS 'What happens beyond it.';

INSERT INTO analytics.thresholds (name, value, unit, meaning) VALUES
    ('database_connections_warn', 0.80, 'share of max_connections', 'More connections than this: warn.'),
    ('database_connections_error', 0.95, 'share of max_connections', 'More connections than this: error.'),
    ('database_xid_age_warn', 1000000000, 'transactions', 'Older unfrozen rows than this: warn, long before wraparound.'),
    ('freshness_warn', 300, 'seconds', 'Nothing committed for longer than this, and not known to be caught up: warn.'),
    ('freshness_error', 1800, 'seconds', 'The same: error.'),
    ('freshness_quiet_warn', 86400, 'seconds', 'Caught up, but the source has had nothing new for this long: warn.'),
    ('lag_warn', 10000, 'events', 'More events behind the source than this: warn.'),
    ('lag_error', 1000000, 'events', 'More events behind the source than this: error.'),
    ('lag_head_age_warn', 300, 'seconds', 'The source''s newest position was last seen longer ago than this: warn.'),
    ('dead_letters_warn', 0, 'open letters', 'More open dead letters than this: warn.'),
    ('dead_letters_error', 100, 'open letters', 'More open dead letters than this: error.'),
    ('partitions_ahead_warn', 1, 'months', 'Fewer whole months with a partition ahead of now than this: warn.'),
    ('lease_renewal_warn', 10, 'seconds', 'A holder that has not renewed its lease for longer than this: warn.'),
    ('lease_renewal_error', 60, 'seconds', 'The same: error.'),
    ('lease_nobody_warn', 300, 'seconds', 'Nobody has streamed or polled for longer than this: warn.'),
    ('consistency_grace', 900, 'seconds', 'Events of one order may arrive this far apart before a check judges them.');
