CREATE OR REPLACE FUNCTION raw_data.empty_default_partition(most_rows bigint DEFAULT 1000000)
RETURNS TABLE (month date, rows bigint, moved boolean)
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET lock_timeout = '2s' -- whoever waits for a lock makes others wait behind it
AS $$
DECLARE
    limits record := raw_data.partition_limits();
    room   bigint := most_rows;
    done   bigint;
BEGIN
    -- One caller at a time; readers and writers are not kept waiting where there is nothing to move.
    LOCK TABLE raw_data.events_raw_default IN SHARE UPDATE EXCLUSIVE MODE;
    FOR month, rows IN
        SELECT date_trunc('month', d.ts)::date, count(*)
        FROM raw_data.events_raw_default AS d
        WHERE d.ts >= limits.oldest AND d.ts < limits.newest + interval '1 month'
        GROUP BY date_trunc('month', d.ts)::date
        ORDER BY date_trunc('month', d.ts)::date
    LOOP
        moved := false;
        IF rows <= room THEN
            done := raw_data.make_partition(month);
            moved := done IS NOT NULL;
            rows := coalesce(done, rows);
            room := room - rows;
        END IF;
        IF moved THEN
            INSERT INTO analytics.audit_log (action, object, details)
            VALUES ('default_partition_moved', to_char(month, '"raw_data.events_raw_"YYYY_MM'),
                jsonb_build_object('rows', rows));
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;

COMMENT ON FUNCTION raw_data.empty_default_partition(bigint) IS
    'Moves what the default partition holds into partitions of its own, whole months, oldest first, most_rows at most: a month and its rows for each row returned, and whether it was moved. Call it until none is. A month moves in one transaction or not at all, since a snapshot would otherwise see rows twice or not at all; one that holds more than most_rows is left, and wants a call of its own with more. Other months are written and read meanwhile; readers of all raw events wait. Each month moved is in the audit log; lock_not_available means that a session holds the default partition: try again.';
