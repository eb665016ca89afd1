"""The results of a chaos run: a scoreboard for people, and the same as JSON."""

import statistics
from collections import defaultdict
from typing import Any

from rich.console import Console
from rich.table import Table

from sse_ingest.database.failpoints import POINTS
from tests.chaos.faults.kinds import KINDS
from tests.chaos.report import Injected, Report

_TOTALS = ("published", "committed", "dead_letters", "repeats", "lost", "duplicated", "excused")


def totals(report: Report) -> dict[str, int]:
    """The sums over all rounds."""
    return {name: sum(getattr(result, name) for result in report.results) for name in _TOTALS}


def as_json(report: Report) -> dict[str, Any]:
    """Everything, in plain types."""
    by_kind = _grouped(report.faults, "kind")
    return {
        "seed": report.plan.seed,
        "rounds": len(report.results),
        "seconds": round(report.seconds, 1),
        "faults": len(report.faults),
        "events": totals(report),
        "unknown_outcomes": report.unknown_outcomes,
        "recovery_seconds": _recovery(report.faults),
        "by_kind": {kind: {"faults": len(f), **_recovery(f)} for kind, f in by_kind.items()},
        "by_point": {point: len(f) for point, f in _grouped(report.faults, "point").items()},
        "coverage": coverage(report),
        "failed_round": report.failed_round,
        "findings": report.findings,
        "reproduce": report.command() if report.failed_round is not None else None,
    }


def coverage(report: Report) -> dict[str, int]:
    """How many combinations of kind and failpoint there are, and how many of them were injected."""
    counts: dict[tuple[str, str | None], int] = defaultdict(int)
    for injected in report.faults:
        counts[injected.fault.kind, injected.fault.point] += 1
    return {
        "combinations": len(KINDS) * (len(POINTS) + 1),
        "injected": len(counts),
        "injected_three_times": sum(n >= 3 for n in counts.values()),
    }


def show(report: Report, console: Console) -> None:
    """The scoreboard."""
    table = Table(title=f"Faults by kind, seed {report.plan.seed}")
    for name in ("fault", "times", "points", "median s", "worst s"):
        table.add_column(name, justify="left" if name == "fault" else "right")
    for kind, faults in sorted(_grouped(report.faults, "kind").items()):
        recovery = _recovery(faults)
        points = len({injected.fault.point for injected in faults})
        table.add_row(
            kind, str(len(faults)), str(points), *(f"{recovery[x]:.2f}" for x in ("median", "worst"))
        )
    console.print(table)
    covered = coverage(report)
    counts = totals(report)
    recovery = _recovery(report.faults)
    per_minute = len(report.faults) / report.seconds * 60 if report.seconds else 0
    console.print(
        f"{len(report.faults)} faults in {len(report.results)} rounds and {report.seconds:.0f} s "
        f"({per_minute:.0f} a minute). {covered['injected']} of {covered['combinations']} combinations of kind and "
        f"failpoint were injected, {covered['injected_three_times']} of them three times."
    )
    console.print(
        f"{counts['published']} events in the logs: {counts['committed']} committed (of these "
        f"{counts['dead_letters']} dead letters, {counts['repeats']} duplicates), "
        f"{counts['excused']} deleted unread and recorded as gaps. "
        f"[bold]{counts['lost']} lost, {counts['duplicated']} stored twice.[/]"
    )
    console.print(
        f"Recovery: median {recovery['median']:.2f} s, worst {recovery['worst']:.2f} s. "
        f"{report.unknown_outcomes} times the producer got no answer and sent again."
    )
    if report.failed_round is not None:
        console.print(f"Round {report.failed_round} failed:", style="bold red")
        for finding in report.findings:
            console.print(f"  {finding}", style="red", markup=False, highlight=False)
        console.print(f"Its logs are in {report.folder}. To run the round again:", highlight=False)
        console.print(f"  {report.command()}", style="bold", highlight=False)


def _grouped(faults: list[Injected], by: str) -> dict[str, list[Injected]]:
    groups: dict[str, list[Injected]] = defaultdict(list)
    for injected in faults:
        groups[getattr(injected.fault, by) or "a random moment"].append(injected)
    return dict(groups)


def _recovery(faults: list[Injected]) -> dict[str, float]:
    """Seconds from the injection to the commit of a newer event, with the outage that the fault itself makes."""
    times = [injected.recovery for injected in faults] or [0.0]
    return {"median": round(statistics.median(times), 3), "worst": round(max(times), 3)}
