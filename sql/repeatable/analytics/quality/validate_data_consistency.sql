CREATE OR REPLACE FUNCTION analytics.validate_data_consistency()
RETURNS TABLE (check_name text, status text, details jsonb)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    WITH violations AS (
        SELECT
            v.*,
            coalesce(v.arrived_at > statement_timestamp() - interval '1 second'
                * analytics.threshold('consistency_grace')::float8, false) AS waiting
        FROM (
            SELECT * FROM analytics.money_violations()
            UNION ALL
            SELECT * FROM analytics.reference_violations()
            UNION ALL
            SELECT * FROM analytics.raw_violations()
            UNION ALL
            SELECT * FROM analytics.location_violations()
        ) AS v
    ),
    checks (ordinal, name, source, remedy) AS (VALUES
        (1, 'items_add_up_to_subtotal', 'money',
            'A line or a payment is missing or wrong: look for it in raw_data.dead_letters, else ask the producer.'),
        (2, 'payments_add_up_to_total', 'money',
            'The captured amounts differ from the totals that the payments state: ask the producer.'),
        (3, 'parts_add_up_to_total', 'money',
            'Subtotal, tax and tip of the payment do not add up to its total: ask the producer.'),
        (4, 'refunds_within_payments', 'money',
            'More was given back than was captured: ask the producer.'),
        (5, 'nothing_negative', 'money',
            'The contract refuses negative amounts, so the row was changed by hand: rebuild analytics from raw.'),
        (6, 'nothing_orphaned', 'reference',
            'The event that these rows refer to never came: look for it in raw_data.dead_letters and stream_gaps, else ask the producer.'),
        (7, 'orders_follow_their_events', 'reference',
            'The row was changed by hand, or a merge is wrong: rebuild analytics from raw.'),
        (8, 'raw_events_are_in_analytics', 'raw',
            'Rows were deleted by hand, or a merge is wrong: rebuild analytics from raw.'),
        (9, 'analytics_rows_have_their_event', 'raw',
            'No event wrote this row: rebuild analytics from raw.'),
        (10, 'raw_events_and_event_ids_agree', 'raw',
            'The raw layer was changed by hand: restore it from a backup.'),
        (11, 'order_claimed_by_one_location', 'location',
            'Events name two restaurants for this order; the order shows that of the newest. Ask the producers, then publish the right event again, with a new event_id and a later ts.')
    ),
    counted AS (
        SELECT
            f.check_name,
            count(*) FILTER (WHERE NOT f.waiting) AS violations,
            count(*) FILTER (WHERE f.waiting) AS waiting,
            (array_agg(f.details || jsonb_build_object('id', f.id) ORDER BY f.id)
                FILTER (WHERE NOT f.waiting))[1:5] AS examples
        FROM violations AS f
        GROUP BY f.check_name
    )
    SELECT
        c.name,
        CASE WHEN n.violations > 0 THEN 'error' ELSE 'ok' END,
        jsonb_build_object('violations', coalesce(n.violations, 0), 'waiting', coalesce(n.waiting, 0))
            || CASE WHEN n.violations > 0 THEN jsonb_build_object('examples', n.examples, 'remedy', c.remedy,
                'all_of_them', format('SELECT * FROM analytics.%s_violations()', c.source)) ELSE '{}' END
    FROM checks AS c LEFT JOIN counted AS n ON n.check_name = c.name
    ORDER BY c.ordinal
$$;

COMMENT ON FUNCTION analytics.validate_data_consistency() IS
    'Checks over all tables, one row per check: status ok or error. details has the number of violations, five examples, a remedy, and a query that lists all (as restaurant_user). Rows that later events may still complete count as waiting until the grace period (consistency_grace in analytics.thresholds) is over.';
