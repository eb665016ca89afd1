CREATE OR REPLACE FUNCTION {schema}.ensure_partitions(range_from timestamptz, range_to timestamptz)
RETURNS integer
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET lock_timeout = '5s'
AS $$
DECLARE
    -- Ingestion waits for this call, so larger months are left to empty_default_partition().
    most_rows constant integer := 10000;
    limits record := {schema}.partition_limits();
    month  timestamptz;
    held   integer;
    made   integer := 0;
BEGIN
    IF range_from IS NULL OR range_to IS NULL OR range_from > range_to THEN
        RAISE EXCEPTION 'ensure_partitions needs a range, not % to %', range_from, range_to
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give the oldest ts first, then the newest.';
    END IF;
    FOR month IN
        SELECT generate_series(
            greatest(date_trunc('month', range_from), limits.oldest),
            least(date_trunc('month', range_to), limits.newest),
            interval '1 month'
        )
    LOOP
        CONTINUE WHEN to_regclass(to_char(month, '"{schema}.events_raw_"YYYY_MM')) IS NOT NULL;
        -- Before the default partition is read: two callers that had both read it would wait for each other.
        LOCK TABLE {schema}.events_raw_default IN ACCESS EXCLUSIVE MODE;
        SELECT count(*) INTO held
        FROM (
            SELECT FROM {schema}.events_raw_default AS d
            WHERE d.ts >= month AND d.ts < month + interval '1 month'
            LIMIT most_rows + 1
        ) AS first_rows;
        IF held <= most_rows AND {schema}.make_partition(month) IS NOT NULL THEN
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END
$$;

COMMENT ON FUNCTION {schema}.ensure_partitions(timestamptz, timestamptz) IS
    'Creates the monthly partitions of events_raw from the month of the first ts to the month of the second, and moves their rows there from the default partition. Returns the number of partitions that were created: 0 when all existed. Years before 2000 or more than two ahead stay in the default partition. A month with more than 10,000 rows in the default partition is left to empty_default_partition(). Two callers at once are safe. lock_not_available means that a session holds the default partition: try again.';
