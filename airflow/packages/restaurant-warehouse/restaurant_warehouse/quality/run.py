"""Runs the rules of data quality, each over the events that arrived since its last result. A result has its window."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from restaurant_warehouse.connection import connect
from restaurant_warehouse.quality import failures
from restaurant_warehouse.quality.rules import Rule

SAMPLE = 10

# A critical rule that failed checks its window again, until the rows are corrected or a person accepts them. Otherwise
# its failure would be forgotten ten minutes later. A freshness rule checks a state and no window, so a failure that
# lasts was reported before too. Two runs of a rule run one after the other, so that their windows have no gap.
LOCK_RULE: LiteralString = "SELECT pg_advisory_xact_lock(hashtextextended('data_quality/' || %(rule)s, 0))"
# Every rule finds its rows by keys from the events of its window. The planner cannot know how many events there are;
# with an estimate that is too high it would read whole tables.
BY_KEY: LiteralString = """
SET LOCAL statement_timeout = '30min';
SET LOCAL enable_seqscan = off;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off
"""
WINDOW: LiteralString = """
WITH last AS (
    SELECT result_id, window_since, window_until, failed,
        status = 'failed' AND severity = 'critical' AND accepted_at IS NULL AS again,
        status = 'failed' AND (severity = 'critical' OR dimension = 'freshness') AND accepted_at IS NULL AS reported
    FROM analytics.data_quality_results
    WHERE rule = %(rule)s
    ORDER BY result_id DESC
    LIMIT 1
), begins AS (
    -- Failures that are corrected or accepted no longer hold the window back.
    SELECT coalesce((SELECT CASE WHEN again THEN coalesce((
            SELECT min(f.window_since) FROM analytics.data_quality_failures AS f
            WHERE f.result_id = last.result_id AND f.accepted_at IS NULL), window_since)
        ELSE window_until END FROM last), 'epoch') AS since
)
SELECT since, greatest(since, (SELECT window_until FROM last WHERE again), %(horizon)s - interval '1 second'
        * CASE WHEN %(grace)s::text IS NULL THEN 0 ELSE analytics.threshold(%(grace)s) END::float8),
    coalesce((SELECT failed FROM last WHERE reported), 0),
    (SELECT (window_until - clock_timestamp())::text FROM last WHERE window_until > clock_timestamp()),
    (SELECT result_id FROM last)
FROM begins
"""
# Every window was in the past when it was stored. Its end is compared with the present time and not with the horizon:
# of two concurrent runs, the one with the later horizon may have run first.
CLOCK_WENT_BACK = (
    "the clock of the database went back: its last window ends {ahead} from now, and what arrives"
    " until then would never be looked at. Set the clock right; if it is right by now, begin the window again: see"
    " 'A clock that went back' in docs/reference/data-quality.md"
)
# A null in `failed` counts as a failure. Otherwise every row that is compared with null would pass.
CHECK: LiteralString = """
WITH checked AS MATERIALIZED ({rule}
), failing AS (
    SELECT to_jsonb(s) - 'failed' AS evidence FROM checked AS s WHERE s.failed IS NOT FALSE ORDER BY 1 LIMIT {sample}
)
SELECT count(*), count(*) FILTER (WHERE failed IS NOT FALSE),
    (SELECT coalesce(jsonb_agg(evidence), '[]')::text FROM failing)
FROM checked
"""
RECORD: LiteralString = """
INSERT INTO analytics.data_quality_results
    (rule, dimension, severity, owner, window_since, window_until, checked, failed, status, sample, remedy)
VALUES
    (%(rule)s, %(dimension)s, %(severity)s, %(owner)s, %(since)s, %(until)s, %(checked)s, %(failed)s, %(status)s,
     %(sample)s, %(remedy)s)
RETURNING result_id
"""


@dataclass(frozen=True)
class RuleResult:
    """The result of a rule, without rows that a person accepted. `is_new_failure`: it failed with more rows than its
    last run has reported, or for other restaurants and days."""

    rule: Rule
    since: datetime
    until: datetime
    checked: int
    failed: int
    status: str
    sample: str
    is_new_failure: bool

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of the sample; numbers with decimals are texts, so that they are exact."""
        rows: list[dict[str, Any]] = json.loads(self.sample, parse_float=str)
        return rows


@dataclass(frozen=True)
class Broken:
    """A rule that could not be run. Nothing was stored, so the next run checks its window."""

    rule: Rule
    error: str


def run(url: str, rules: Iterable[Rule]) -> Iterator[RuleResult | Broken]:
    """Run the rules one after the other, each in a transaction with its result.

    Raises psycopg.Error if the database cannot be reached, so that the run is tried again. After a rule has found a new
    failure it does not raise: a second try would not report that failure, because its window has moved. The remaining
    rules are Broken then.
    """
    with connect(url) as connection:
        row = connection.execute("SELECT raw_data.arrived_before()").fetchone()
        assert row is not None
        has_new_failure = False
        for rule in rules:
            try:
                with connection.transaction():
                    result = _check(connection, rule, row[0])
                    # Set before the commit: if the connection breaks during the commit, the result may be stored.
                    has_new_failure |= isinstance(result, RuleResult) and result.is_new_failure
            except psycopg.Error as error:
                if connection.broken and not has_new_failure:
                    raise
                result = Broken(rule, str(error))
            yield result


def _check(connection: psycopg.Connection[Any], rule: Rule, horizon: datetime) -> RuleResult | Broken:
    values: dict[str, Any] = {"rule": rule.name, "horizon": horizon, "grace": rule.grace}
    connection.execute(BY_KEY)
    connection.execute(LOCK_RULE, values)
    window = connection.execute(WINDOW, values).fetchone()
    assert window is not None
    since, until, reported, ahead, last = window
    if ahead is not None:
        return Broken(rule, CLOCK_WENT_BACK.format(ahead=ahead))
    if rule.severity == "critical":
        evaluation = failures.check(connection, rule, (since, until), last, SAMPLE)
    else:
        evaluation = _check_warning(connection, rule, since, until)
    status = "failed" if evaluation.failed > rule.tolerance * evaluation.checked else "passed"
    is_new_failure = status == "failed" and (evaluation.failed > reported or evaluation.has_new_day)
    result = RuleResult(
        rule, since, until, evaluation.checked, evaluation.failed, status, evaluation.sample, is_new_failure
    )
    result_id = _record(connection, result)
    if status == "failed":
        failures.store(connection, result_id, evaluation.days)
    return result


def _check_warning(
    connection: psycopg.Connection[Any], rule: Rule, since: datetime, until: datetime
) -> failures.Failures:
    query = sql.SQL(CHECK).format(rule=sql.SQL(rule.sql), sample=sql.Literal(SAMPLE))
    counts = connection.execute(query, {"since": since, "until": until}).fetchone()
    assert counts is not None
    checked, failed, sample = counts
    return failures.Failures(checked, failed, sample, has_new_day=False, days="[]")


def _record(connection: psycopg.Connection[Any], result: RuleResult) -> int:
    rule = result.rule
    stored = connection.execute(
        RECORD,
        {
            "rule": rule.name,
            "dimension": rule.dimension,
            "severity": rule.severity,
            "owner": rule.owner,
            "since": result.since,
            "until": result.until,
            "checked": result.checked,
            "failed": result.failed,
            "status": result.status,
            "sample": result.sample,
            "remedy": rule.remedy if result.status == "failed" else None,
        },
    ).fetchone()
    assert stored is not None
    result_id: int = stored[0]
    return result_id
