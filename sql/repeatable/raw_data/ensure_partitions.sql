CREATE OR REPLACE FUNCTION raw_data.ensure_partitions(range_from timestamptz, range_to timestamptz)
RETURNS integer
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET lock_timeout = '5s'
AS $$
DECLARE
    oldest constant timestamptz := '2000-01-01';
    newest constant timestamptz := date_trunc('year', now()) + interval '2 years 11 months';
    month  timestamptz;
    name   text;
    made   integer := 0;
BEGIN
    IF range_from IS NULL OR range_to IS NULL OR range_from > range_to THEN
        RAISE EXCEPTION 'ensure_partitions needs a range, not % to %', range_from, range_to
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give the oldest ts first, then the newest.';
    END IF;
    FOR month IN
        SELECT generate_series(
            greatest(date_trunc('month', range_from), oldest),
            least(date_trunc('month', range_to), newest),
            interval '1 month'
        )
    LOOP
        name := to_char(month, '"events_raw_"YYYY_MM');
        CONTINUE WHEN to_regclass(format('raw_data.%I', name)) IS NOT NULL;
        IF made = 0 THEN
            -- One caller at a time, and no row for the month slips into the default while it is read. The second
            -- look comes after the lock, because only taking one makes what others committed visible to it.
            LOCK TABLE raw_data.events_raw_default IN ACCESS EXCLUSIVE MODE;
            CONTINUE WHEN to_regclass(format('raw_data.%I', name)) IS NOT NULL;
        END IF;
        -- Made apart and attached: unlike PARTITION OF, this stops neither readers nor writers of the other months.
        EXECUTE format('CREATE TABLE raw_data.%I (LIKE raw_data.events_raw INCLUDING ALL)', name);
        EXECUTE format(
            'COMMENT ON TABLE raw_data.%I IS %L', name, to_char(month, '"Events of "YYYY-MM" (UTC)."'));
        -- A partition cannot be attached over rows that the default holds.
        EXECUTE format(
            'WITH moved AS (DELETE FROM raw_data.events_raw_default WHERE ts >= %L AND ts < %L RETURNING *)'
            ' INSERT INTO raw_data.%I SELECT * FROM moved', month, month + interval '1 month', name);
        EXECUTE format(
            'ALTER TABLE raw_data.events_raw ATTACH PARTITION raw_data.%I FOR VALUES FROM (%L) TO (%L)',
            name, month, month + interval '1 month');
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;

COMMENT ON FUNCTION raw_data.ensure_partitions(timestamptz, timestamptz) IS
    'Makes the monthly partitions of events_raw from the month of the first ts to that of the second, and moves there what the default partition holds of them. Returns how many were made: 0 when all were there. Years before 2000 or more than two ahead are left to the default partition. Two callers at once are safe; lock_not_available means that a session holds the default partition: try again.';
