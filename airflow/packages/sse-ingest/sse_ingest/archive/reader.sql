-- The statements of reader.py.

-- name: missing_months
-- The months of which events_raw holds fewer events than were taken: the events taken, those in events_raw, and those in
-- archives. One statement reads all counts, so they belong to the same moment.
SELECT to_char(ids.month, 'YYYY-MM'), ids.events, coalesce(held.events, 0), coalesce(archived.events, 0)::bigint
FROM (SELECT date_trunc('month', ts, 'UTC') AS month, count(*) AS events FROM event_ids GROUP BY 1) AS ids
LEFT JOIN (
    SELECT date_trunc('month', ts, 'UTC') AS month, count(*) AS events FROM events_raw GROUP BY 1
) AS held USING (month)
LEFT JOIN (
    SELECT month::timestamp AT TIME ZONE 'UTC' AS month, sum(rows) AS events FROM archives GROUP BY 1
) AS archived USING (month)
WHERE ids.events > coalesce(held.events, 0)
ORDER BY ids.month

-- name: archives_of
-- The files of these months, in the order in which they were archived.
SELECT to_char(month, 'YYYY-MM'), file, rows, sha256
FROM archives
WHERE to_char(month, 'YYYY-MM') = ANY (%(months)s)
ORDER BY month, part
