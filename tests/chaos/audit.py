"""Is every event in the warehouse, exactly once? During a round and at its end."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tests.chaos.environment.environment import Environment
from tests.chaos.expected_state.model import COLUMNS, Position, diff, expected_state

_SHOWN = 5
Query: TypeAlias = Callable[[str], list[tuple[Any, ...]]]


@dataclass
class RoundResult:
    """Counts of events, and `findings`: each is a broken promise."""

    published: int = 0
    committed: int = 0
    dead_letters: int = 0
    repeats: int = 0
    lost: int = 0
    duplicated: int = 0
    excused: int = 0
    """Offsets that were deleted before they were read, and recorded as a gap."""
    findings: list[str] = field(default_factory=list)


def audit_running(environment: Environment) -> list[str]:
    """What can be checked after each fault, while events flow: the fence, and that a gap explains every hole."""
    query = environment.warehouse.query
    findings = [what for (what,) in query("SELECT what FROM staging.chaos_violations")]
    gaps = _Gaps(query)
    holes = query(
        "SELECT c.stream_id, (h.value ->> 0)::bigint, (h.value ->> 1)::bigint "
        "FROM analytics.completeness() AS c CROSS JOIN LATERAL jsonb_array_elements(c.holes) AS h"
    )
    for stream_id, first, last in holes:
        unexplained = [offset for offset in range(first, last + 1) if not gaps.explain(stream_id, offset)]
        if unexplained:
            findings.append(f"offsets {unexplained[:_SHOWN]} of {stream_id} are a hole that no gap explains")
    return findings + _gap_findings(query, environment.expected_gaps)


def audit_finished(environment: Environment) -> RoundResult:
    """Compare everything, after the last event is committed."""
    history, query = environment.history, environment.warehouse.query
    result = RoundResult(published=len(history.frames), findings=audit_running(environment))
    places = Counter(_positions(query))
    missing = history.frames.keys() - places.keys()
    gaps = _Gaps(query)
    excused = {position for position in missing if gaps.explain(*position)}
    lost = missing - excused
    twice = [position for position, count in places.items() if count > 1]
    result.committed, result.lost = len(places), len(lost)
    result.duplicated, result.excused = len(twice), len(excused)
    result.findings += _listed("lost", lost) + _listed("stored more than once", twice)
    result.findings += _listed("stored but never published", places.keys() - history.frames.keys())
    result.findings += _listed("broken promise", history.missing(environment.producer.accepted))
    result.findings += _listed("refused by the service", environment.producer.refused)
    _compare(environment, result, excused | lost)
    result.findings += environment.fleet.findings
    return result


def _compare(environment: Environment, result: RoundResult, unread: set[Position]) -> None:
    """Compare every table with the model, row for row."""
    expected = expected_state(environment.history, unread)
    query = environment.warehouse.query
    raw = {
        (stream_id, offset): event_id
        for stream_id, offset, event_id in query(
            "SELECT stream_id, event_offset, event_id FROM raw_data.events_raw"
        )
    }
    dead_letters = set(query("SELECT stream_id, event_offset FROM raw_data.dead_letters"))
    duplicates = set(query("SELECT stream_id, event_offset FROM raw_data.duplicates"))
    result.dead_letters, result.repeats = len(dead_letters), len(duplicates)
    for what, differing in (
        ("raw event", raw.items() ^ expected.raw.items()),
        ("dead letter", dead_letters ^ expected.dead_letters),
        ("duplicate", duplicates ^ expected.duplicates),
    ):
        result.findings += _listed(f"{what} is not as the model says", differing)
    effects = [event_id for (event_id,) in query("SELECT event_id FROM staging.chaos_effects")]
    result.findings += _listed("effect of a processor", _wrong_counts(effects, expected.effects))
    for table, columns in COLUMNS.items():
        rows = query(f"SELECT {', '.join(columns.split())} FROM analytics.{table}")
        result.findings += _listed("table", diff(table, expected.tables[table], rows))


def _wrong_counts(actual: list[Any], expected: list[Any]) -> list[str]:
    surplus = Counter(actual)
    surplus.subtract(Counter(expected))
    return [f"{event_id}: {count:+} rows" for event_id, count in surplus.items() if count]


def _positions(query: Query) -> list[Position]:
    return [
        (stream_id, offset)
        for table in ("events_raw", "dead_letters", "duplicates")
        for stream_id, offset in query(f"SELECT stream_id, event_offset FROM raw_data.{table}")
    ]


class _Gaps:
    """The offsets that the recorded gaps explain."""

    def __init__(self, query: Query) -> None:
        rows = query("SELECT kind, stream_id, requested, oldest_offset FROM raw_data.stream_gaps")
        self._ranges: list[tuple[str, int, float]] = []
        for kind, stream_id, requested, oldest in rows:
            log, _, offset = requested.rpartition("-")
            if kind == "stream_lost":
                self._ranges += [(log, int(offset) + 1, float("inf")), (stream_id, 1, oldest or 1)]
            else:
                self._ranges.append((stream_id, int(offset) + 1, oldest))

    def explain(self, stream_id: str, offset: int) -> bool:
        return any(log == stream_id and first <= offset < end for log, first, end in self._ranges)


def _gap_findings(query: Query, expected: int) -> list[str]:
    """Events that were deleted before they were read must be recorded, and health_check() must report them."""
    (count,) = query("SELECT count(*) FROM raw_data.stream_gaps")[0]
    if count < expected:
        return [f"{count} gaps are recorded; events were deleted before they were read {expected} times"]
    if count:
        rows = query("SELECT status FROM analytics.health_check() WHERE component = 'gaps'")
        if rows[0][0] == "ok":
            return ["health_check() reports no gap"]
    return []


def _listed(what: str, items: Iterable[Any]) -> list[str]:
    """The first items, and how many more there are."""
    lines = sorted(map(str, items))
    more = [f"{what}: {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return [f"{what}: {line}" for line in lines[:_SHOWN]] + more
