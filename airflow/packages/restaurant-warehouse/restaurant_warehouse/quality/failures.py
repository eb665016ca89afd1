"""Checks a critical rule, and stores which restaurants and business days its failed rows concern.

Each of these days blocks by itself, is accepted by itself, and is corrected by itself. The rule reads one window for
all of them: from the failure that is open longest. Rows that a person accepted fail in it again. They stay accepted
while exactly the same rows of that day fail.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from restaurant_warehouse.quality.rules import Rule

# A null in `failed` counts as a failure. Otherwise every row that is compared with null would pass.
CHECK: LiteralString = """
WITH checked AS MATERIALIZED ({rule}
), failing AS (
    SELECT d.location_code, d.business_date,
        f.evidence || jsonb_build_object('location_code', d.location_code, 'business_date', d.business_date) AS evidence
    FROM (SELECT to_jsonb(s) - 'failed' AS evidence FROM checked AS s WHERE s.failed IS NOT FALSE) AS f
    CROSS JOIN LATERAL analytics.day_concerned(
        CASE WHEN pg_input_is_valid(f.evidence ->> 'order_id', 'uuid') THEN (f.evidence ->> 'order_id')::uuid END,
        f.evidence ->> 'location_code',
        (f.evidence ->> 'happened_at')::timestamptz) AS d
), days AS (
    SELECT f.location_code, f.business_date, count(*) AS failed,
        to_jsonb((array_agg(f.evidence ORDER BY f.evidence))[1:{sample}]) AS sample,
        md5(string_agg(md5(f.evidence::text), '' ORDER BY md5(f.evidence::text)))::uuid AS failed_rows
    FROM failing AS f
    GROUP BY f.location_code, f.business_date
), compared AS (
    SELECT d.*,
        CASE WHEN l.failed_rows = d.failed_rows THEN l.accepted_at END AS accepted_at,
        CASE WHEN l.accepted_at IS NULL OR l.failed_rows = d.failed_rows THEN l.failing_since END AS failing_since,
        CASE WHEN l.accepted_at IS NULL OR l.failed_rows = d.failed_rows THEN l.window_since END AS window_since,
        l.accepted_at IS NULL AND l.failed >= d.failed AS reported
    FROM days AS d
    LEFT JOIN analytics.data_quality_failures AS l ON l.result_id = %(last)s
        AND (l.location_code, l.business_date) IS NOT DISTINCT FROM (d.location_code, d.business_date)
), open AS (
    SELECT * FROM compared AS c WHERE c.accepted_at IS NULL
)
SELECT (SELECT count(*) FROM checked), (SELECT coalesce(sum(o.failed), 0)::bigint FROM open AS o),
    (SELECT coalesce(jsonb_agg(e.evidence), '[]')::text FROM (
        SELECT e.evidence FROM open AS o CROSS JOIN LATERAL jsonb_array_elements(o.sample) AS e (evidence)
        ORDER BY e.evidence LIMIT {sample}) AS e),
    EXISTS (SELECT FROM analytics.data_quality_failures AS l WHERE l.result_id = %(last)s)
        AND EXISTS (SELECT FROM open AS o WHERE o.reported IS NOT TRUE),
    (SELECT coalesce(jsonb_agg(to_jsonb(c) - 'reported'), '[]')::text FROM compared AS c)
"""
STORE: LiteralString = """
INSERT INTO analytics.data_quality_failures (result_id, location_code, business_date, failed, sample, failed_rows,
    failing_since, window_since, accepted_at)
SELECT r.result_id, d.location_code, d.business_date, d.failed, d.sample, d.failed_rows,
    coalesce(d.failing_since, r.run_at), coalesce(d.window_since, r.window_since), d.accepted_at
FROM analytics.data_quality_results AS r
CROSS JOIN jsonb_to_recordset(%(days)s::jsonb) AS d (location_code text, business_date date, failed bigint,
    sample jsonb, failed_rows uuid, failing_since timestamptz, window_since timestamptz, accepted_at timestamptz)
WHERE r.result_id = %(result_id)s
"""


@dataclass(frozen=True)
class Failures:
    """The failed rows of a critical rule. `failed` and `sample` are without accepted rows; `days` (JSON) has them too.

    `has_new_day`: the last result has days, and a day that is open is not among them, or has more rows than there.
    """

    checked: int
    failed: int
    sample: str
    has_new_day: bool
    days: str


def check(
    connection: psycopg.Connection[Any],
    rule: Rule,
    window: tuple[datetime, datetime],
    last: int | None,
    size: int,
) -> Failures:
    """Run the rule over the window, and compare its days with those of the last result. Raises psycopg.Error."""
    query = sql.SQL(CHECK).format(rule=sql.SQL(rule.sql), sample=sql.Literal(size))
    row = connection.execute(query, {"since": window[0], "until": window[1], "last": last}).fetchone()
    assert row is not None
    return Failures(*row)


def store(connection: psycopg.Connection[Any], result_id: int, days: str) -> None:
    """Store the days of a result that failed. Raises psycopg.Error."""
    connection.execute(STORE, {"result_id": result_id, "days": days})
