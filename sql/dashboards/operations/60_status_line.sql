-- title: State of the warehouse
-- chart: status
-- description: One line: the worst of the checks of health, days that data quality blocks included, and what to do about it.
WITH checks AS (
    SELECT
        h.component,
        h.status,
        h.details,
        row_number() OVER (ORDER BY array_position(ARRAY['error', 'warn', 'ok'], h.status), h.place) AS place
    FROM analytics.health_check() WITH ORDINALITY AS h (component, status, details, place)
),
others AS (
    SELECT string_agg(component, ', ' ORDER BY place) AS components
    FROM checks
    WHERE place > 1 AND status <> 'ok'
)
SELECT
    c.status,
    CASE WHEN c.status = 'ok' THEN 'warehouse' ELSE c.component END AS "check",
    CASE
        WHEN c.status = 'ok' THEN 'Everything is well.'
        ELSE concat_ws(
            ' ',
            initcap(left(c.details ->> 'reason', 1)) || substr(replace(c.details ->> 'reason', '_', ' '), 2) || '.',
            c.details ->> 'remedy',
            'Also: ' || o.components || '.'
        )
    END AS message
FROM checks AS c
CROSS JOIN others AS o
WHERE c.place = 1;
