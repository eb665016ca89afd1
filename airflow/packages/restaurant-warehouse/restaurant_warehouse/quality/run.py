"""Run the rules of data quality: each over what arrived since its last result, which is stored with how far it got."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from restaurant_warehouse.quality.rules import Rule

SAMPLE = 10

# A critical rule that failed reads its window again, until the rows are mended or a person accepts them: otherwise what
# failed would be forgotten ten minutes later. Freshness is a state and no window: what lasts was told as well. Two runs
# of one rule take turns, so that their windows adjoin.
TAKE_TURN: LiteralString = "SELECT pg_advisory_xact_lock(hashtextextended('data_quality/' || %(rule)s, 0))"
# Whatever is looked for, the events of a window lead to it by a key. How many those are the planner cannot know, and by
# a guess too high it would read tables whole.
BY_KEY: LiteralString = """
SET LOCAL statement_timeout = '30min';
SET LOCAL enable_seqscan = off;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off
"""
WINDOW: LiteralString = """
WITH last AS (
    SELECT window_since, window_until, failed,
        status = 'failed' AND severity = 'critical' AND accepted_at IS NULL AS again,
        status = 'failed' AND (severity = 'critical' OR dimension = 'freshness') AND accepted_at IS NULL AS told
    FROM analytics.data_quality_results
    WHERE rule = %(rule)s
    ORDER BY result_id DESC
    LIMIT 1
), begins AS (
    SELECT coalesce((SELECT CASE WHEN again THEN window_since ELSE window_until END FROM last), 'epoch') AS since
)
SELECT since, greatest(since, (SELECT window_until FROM last WHERE again), %(horizon)s - interval '1 second'
        * CASE WHEN %(grace)s::text IS NULL THEN 0 ELSE analytics.threshold(%(grace)s) END::float8),
    coalesce((SELECT failed FROM last WHERE told), 0),
    (SELECT (window_until - clock_timestamp())::text FROM last WHERE window_until > clock_timestamp())
FROM begins
"""
# Every window ended in the past when it was stored. It is compared with now, and not with the horizon: of two runs at
# once, the one with the later horizon may have had the first turn.
CLOCK_WENT_BACK = (
    "the clock of the database went back: its last window ends {ahead} from now, and what arrives"
    " until then would never be looked at. Set the clock right; if it is right by now, begin the window again: see"
    " 'A clock that went back' in docs/reference/data-quality.md"
)
# A verdict that is unknown is a failure: compared with null, every row would pass.
JUDGE: LiteralString = """
WITH seen AS MATERIALIZED ({rule}
), failing AS (
    SELECT to_jsonb(s) - 'failed' AS evidence FROM seen AS s WHERE s.failed IS NOT FALSE ORDER BY 1 LIMIT {sample}
)
SELECT count(*), count(*) FILTER (WHERE failed IS NOT FALSE),
    (SELECT coalesce(jsonb_agg(evidence), '[]')::text FROM failing)
FROM seen
"""
RECORD: LiteralString = """
INSERT INTO analytics.data_quality_results
    (rule, dimension, severity, owner, window_since, window_until, checked, failed, status, sample, remedy)
VALUES
    (%(rule)s, %(dimension)s, %(severity)s, %(owner)s, %(since)s, %(until)s, %(checked)s, %(failed)s, %(status)s,
     %(sample)s, %(remedy)s)
"""


@dataclass(frozen=True)
class Verdict:
    """What a rule found. `news`: it failed, and not by rows that its last run had failed by already."""

    rule: Rule
    since: datetime
    until: datetime
    checked: int
    failed: int
    status: str
    sample: str
    news: bool

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The sample; exact numbers as text."""
        rows: list[dict[str, Any]] = json.loads(self.sample, parse_float=str)
        return rows


@dataclass(frozen=True)
class Broken:
    """A rule that could not be run; nothing was stored, so that its window is read by the next run."""

    rule: Rule
    error: str


def run(url: str, rules: Iterable[Rule]) -> Iterator[Verdict | Broken]:
    """Run the rules one after the other, each in a transaction with its result.

    Raises psycopg.Error where the database cannot be reached, so that the run is tried again. Not once a rule has found
    what is news: its window has moved on, and a second try would not tell of it. Then the rest are Broken.
    """
    with psycopg.connect(url, connect_timeout=10, autocommit=True) as connection:
        row = connection.execute("SELECT raw_data.arrived_before()").fetchone()
        assert row is not None
        news = False
        for rule in rules:
            try:
                with connection.transaction():
                    outcome = _judge(connection, rule, row[0])
                    # Before the commit: when that breaks off, the result may be stored.
                    news = news or (isinstance(outcome, Verdict) and outcome.news)
            except psycopg.Error as error:
                if connection.broken and not news:
                    raise
                outcome = Broken(rule, str(error))
            yield outcome


def _judge(connection: psycopg.Connection[Any], rule: Rule, horizon: datetime) -> Verdict | Broken:
    named: dict[str, Any] = {"rule": rule.name, "horizon": horizon, "grace": rule.grace}
    connection.execute(BY_KEY)
    connection.execute(TAKE_TURN, named)
    window = connection.execute(WINDOW, named).fetchone()
    assert window is not None
    since, until, before, ahead = window
    if ahead is not None:
        return Broken(rule, CLOCK_WENT_BACK.format(ahead=ahead))
    query = sql.SQL(JUDGE).format(rule=sql.SQL(rule.sql), sample=sql.Literal(SAMPLE))
    found = connection.execute(query, {"since": since, "until": until}).fetchone()
    assert found is not None
    checked, failed, sample = found
    status = "failed" if failed > rule.tolerance * checked else "passed"
    verdict = Verdict(
        rule, since, until, checked, failed, status, sample, news=status == "failed" and failed > before
    )
    _record(connection, verdict)
    return verdict


def _record(connection: psycopg.Connection[Any], verdict: Verdict) -> None:
    rule = verdict.rule
    connection.execute(
        RECORD,
        {
            "rule": rule.name,
            "dimension": rule.dimension,
            "severity": rule.severity,
            "owner": rule.owner,
            "since": verdict.since,
            "until": verdict.until,
            "checked": verdict.checked,
            "failed": verdict.failed,
            "status": verdict.status,
            "sample": verdict.sample,
            "remedy": rule.remedy if verdict.status == "failed" else None,
        },
    )
