"""Is every event there, and once? The warehouse against the ledger and the model, on the way and at the end."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.environment.environment import World
from tests.chaos.expected_state.model import COLUMNS, Position, differences, expected

_SHOWN = 5


@dataclass
class Verdict:
    """What a round came to. `findings` are violations of a promise: none is how it has to be."""

    published: int = 0
    committed: int = 0
    dead_letters: int = 0
    repeats: int = 0
    lost: int = 0
    duplicated: int = 0
    excused: int = 0
    """Offsets that were gone before they could be read, and recorded as a gap."""
    findings: list[str] = field(default_factory=list)


def glance(world: World) -> list[str]:
    """What can be told after each fault, while events flow: the fence held, and every hole is a recorded gap."""
    trespasses = world.warehouse.query("SELECT what FROM staging.chaos_trespasses")
    excused = _Gaps(world).excuses
    holes = world.warehouse.query(
        "SELECT c.stream_id, (h.value ->> 0)::bigint, (h.value ->> 1)::bigint "
        "FROM analytics.completeness() AS c CROSS JOIN LATERAL jsonb_array_elements(c.holes) AS h"
    )
    findings = [what for (what,) in trespasses]
    for stream_id, first, last in holes:
        unexplained = [n for n in range(first, last + 1) if not excused(stream_id, n)]
        if unexplained:
            findings.append(f"offsets {unexplained[:_SHOWN]} of {stream_id} are a hole that no gap explains")
    return findings + _gap_findings(world)


def audit(world: World) -> Verdict:
    """Everything, once nothing flows any more."""
    verdict = Verdict(published=len(world.ledger.frames), findings=glance(world))
    places = Counter(_taken(world))
    gaps = _Gaps(world)
    missing = world.ledger.frames.keys() - places.keys()
    excused = {position for position in missing if gaps.excuses(*position)}
    lost = missing - excused
    twice = [position for position, count in places.items() if count > 1]
    phantoms = places.keys() - world.ledger.frames.keys()
    verdict.committed, verdict.lost = len(places), len(lost)
    verdict.duplicated, verdict.excused = len(twice), len(excused)
    verdict.findings += _several("lost", lost) + _several("taken more than once", twice)
    verdict.findings += _several("taken but never accepted", phantoms)
    verdict.findings += _several("broken promise", world.ledger.broken_promises(world.producer.accepted))
    verdict.findings += _several("refused by the service", world.producer.refused)
    _compare(world, verdict, excused | lost)
    verdict.findings += world.fleet.findings
    return verdict


def _compare(world: World, verdict: Verdict, absent: set[Position]) -> None:
    """The model against every table, row for row."""
    model = expected(world.ledger, absent)
    query = world.warehouse.query
    raw = {
        (row[0], row[1]): row[2]
        for row in query("SELECT stream_id, event_offset, event_id FROM raw_data.events_raw")
    }
    dead = {(row[0], row[1]) for row in query("SELECT stream_id, event_offset FROM raw_data.dead_letters")}
    repeats = {(row[0], row[1]) for row in query("SELECT stream_id, event_offset FROM raw_data.duplicates")}
    verdict.dead_letters, verdict.repeats = len(dead), len(repeats)
    verdict.findings += _several("raw event is not as the model says", raw.items() ^ model.raw.items())
    verdict.findings += _several("dead letter is not as the model says", dead ^ model.dead)
    verdict.findings += _several("duplicate is not as the model says", repeats ^ model.duplicates)
    effects = [row[0] for row in query("SELECT event_id FROM staging.chaos_effects")]
    verdict.findings += _several(
        "effect of a processor",
        [f"{event}: {n} times too often or too rarely" for event, n in _imbalance(effects, model.effects)],
    )
    for table, columns in COLUMNS.items():
        rows = query(f"SELECT {', '.join(columns.split())} FROM analytics.{table}")
        verdict.findings += _several("table", differences(table, model.tables[table], rows))


def _imbalance(found: list[Any], wanted: list[Any]) -> list[tuple[Any, int]]:
    counts = Counter(found)
    counts.subtract(Counter(wanted))
    return [(event, abs(n)) for event, n in counts.items() if n]


def _taken(world: World) -> list[Position]:
    return [
        (row[0], row[1])
        for table in ("events_raw", "dead_letters", "duplicates")
        for row in world.warehouse.query(f"SELECT stream_id, event_offset FROM raw_data.{table}")
    ]


class _Gaps:
    """The recorded gaps, as a rule that says which offsets may be missing."""

    def __init__(self, world: World) -> None:
        rows = world.warehouse.query(
            "SELECT kind, stream_id, requested, oldest_offset FROM raw_data.stream_gaps"
        )
        self._ranges: list[tuple[str, int, float]] = []
        for kind, stream_id, requested, oldest in rows:
            log, _, offset = requested.rpartition("-")
            if kind == "stream_lost":
                self._ranges += [(log, int(offset) + 1, float("inf")), (stream_id, 1, oldest or 1)]
            else:
                self._ranges.append((stream_id, int(offset) + 1, oldest))

    def excuses(self, stream_id: str, offset: int) -> bool:
        return any(log == stream_id and first <= offset < end for log, first, end in self._ranges)


def _gap_findings(world: World) -> list[str]:
    """What was deleted before it was read has to be on record, and health_check() has to say so."""
    (count,) = world.warehouse.query("SELECT count(*) FROM raw_data.stream_gaps")[0]
    if count < world.gaps_due:
        return [
            f"{count} gaps are on record; {world.gaps_due} times events were deleted before they were read"
        ]
    if count:
        rows = world.warehouse.query("SELECT status FROM analytics.health_check() WHERE component = 'gaps'")
        if rows[0][0] == "ok":
            return ["health_check() says that there is no gap"]
    return []


def _several(what: str, items: Any) -> list[str]:
    """A few of the items, and how many there are."""
    listed = sorted(map(str, items))
    more = [f"{what}: {len(listed) - _SHOWN} more"] if len(listed) > _SHOWN else []
    return [f"{what}: {item}" for item in listed[:_SHOWN]] + more
