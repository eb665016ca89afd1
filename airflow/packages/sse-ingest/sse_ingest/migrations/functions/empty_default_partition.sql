CREATE OR REPLACE FUNCTION {schema}.empty_default_partition(most_rows bigint DEFAULT 1000000)
RETURNS TABLE (month date, rows bigint, moved boolean)
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET lock_timeout = '2s' -- other sessions queue behind one that waits for a lock
AS $$
DECLARE
    limits record := {schema}.partition_limits();
    room   bigint := most_rows;
    done   bigint;
BEGIN
    -- One caller at a time. Readers and writers do not wait while there is nothing to move.
    LOCK TABLE {schema}.events_raw_default IN SHARE UPDATE EXCLUSIVE MODE;
    FOR month, rows IN
        SELECT date_trunc('month', d.ts)::date, count(*)
        FROM {schema}.events_raw_default AS d
        WHERE d.ts >= limits.oldest AND d.ts < limits.newest + interval '1 month'
        GROUP BY date_trunc('month', d.ts)::date
        ORDER BY date_trunc('month', d.ts)::date
    LOOP
        moved := false;
        IF rows <= room THEN
            done := {schema}.make_partition(month);
            moved := done IS NOT NULL;
            rows := coalesce(done, rows);
            room := room - rows;
        END IF;
        IF moved THEN
            INSERT INTO {audit_log} (action, object, details)
            VALUES ('default_partition_moved', to_char(month, '"{schema}.events_raw_"YYYY_MM'),
                jsonb_build_object('rows', rows));
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;

COMMENT ON FUNCTION {schema}.empty_default_partition(bigint) IS
    'Moves rows of the default partition into monthly partitions, the oldest month first, at most most_rows rows per call. Returns one row per month: its rows, and whether it was moved. Call it again until no month is moved. A month is moved whole, in one transaction, because a snapshot in between would see its rows twice or not at all. A month with more than most_rows rows stays: call it with a larger number. Meanwhile other months are read and written; queries of all raw events wait. Each moved month is in audit_log. lock_not_available means that a session holds the default partition: try again.';
