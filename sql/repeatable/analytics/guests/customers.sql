CREATE OR REPLACE VIEW analytics.customers AS
SELECT
    customer_id,
    city,
    membership,
    changed_ts AS valid_from,
    lead(changed_ts) OVER changes AS valid_to,
    -- An event may announce a version before it begins.
    changed_ts <= analytics.present() AND coalesce(lead(changed_ts) OVER changes > analytics.present(), true)
        AS is_current
FROM analytics.customer_changes
WINDOW changes AS (PARTITION BY customer_id ORDER BY changed_ts);

COMMENT ON VIEW analytics.customers IS
    'The versions of each guest (slowly changing dimension, type 2), in whatever order the changes came. One row per version, valid from valid_from until just before valid_to. Personal data, which analytics_reader may read.';
COMMENT ON COLUMN analytics.customers.customer_id IS 'The guest, as in orders and feedback.';
COMMENT ON COLUMN analytics.customers.city IS 'Where the guest lived (personal data); null means unknown.';
COMMENT ON COLUMN analytics.customers.membership IS 'The guest''s tier in the programme, as the producer names it (personal data); null means none, or unknown.';
COMMENT ON COLUMN analytics.customers.valid_from IS 'When the version began (UTC).';
COMMENT ON COLUMN analytics.customers.valid_to IS 'When the next version began; null where there is none.';
COMMENT ON COLUMN analytics.customers.is_current IS 'Whether it is valid now: at most one version of each guest.';
