"""What a chaos run came to: a scoreboard for people, and the same as JSON."""

import statistics
from collections import defaultdict
from typing import Any

from rich.console import Console
from rich.table import Table

from local.chaos.faults import KINDS
from local.chaos.run import Report, Struck
from sse_ingest.database.failpoints import POINTS

_TOTALS = ("published", "committed", "dead_letters", "repeats", "lost", "duplicated", "excused")


def totals(report: Report) -> dict[str, int]:
    """The sums over all rounds."""
    return {name: sum(getattr(verdict, name) for verdict in report.verdicts) for name in _TOTALS}


def as_json(report: Report) -> dict[str, Any]:
    """Everything, in plain types."""
    by_kind = _grouped(report.faults, "kind")
    return {
        "seed": report.plan.seed,
        "rounds": len(report.verdicts),
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
    """How many combinations of kind and failpoint there are, and how many were struck once, and three times."""
    counts: dict[tuple[str, str | None], int] = defaultdict(int)
    for struck in report.faults:
        counts[struck.fault.kind, struck.fault.point] += 1
    return {
        "combinations": len(KINDS) * (len(POINTS) + 1),
        "struck": len(counts),
        "struck_three_times": sum(n >= 3 for n in counts.values()),
    }


def show(report: Report, console: Console) -> None:
    """The scoreboard."""
    table = Table(title=f"Faults by kind, seed {report.plan.seed}")
    for name in ("fault", "times", "points", "median s", "worst s"):
        table.add_column(name, justify="left" if name == "fault" else "right")
    for kind, faults in sorted(_grouped(report.faults, "kind").items()):
        recovery = _recovery(faults)
        points = len({struck.fault.point for struck in faults})
        table.add_row(
            kind, str(len(faults)), str(points), *(f"{recovery[x]:.2f}" for x in ("median", "worst"))
        )
    console.print(table)
    covered = coverage(report)
    seen = totals(report)
    recovery = _recovery(report.faults)
    per_minute = len(report.faults) / report.seconds * 60 if report.seconds else 0
    console.print(
        f"{len(report.faults)} faults in {len(report.verdicts)} rounds and {report.seconds:.0f} s "
        f"({per_minute:.0f} a minute). {covered['struck']} of {covered['combinations']} combinations of kind and "
        f"failpoint were struck, {covered['struck_three_times']} of them three times."
    )
    console.print(
        f"{seen['published']} events in the logs: {seen['committed']} committed (of these {seen['dead_letters']} dead "
        f"letters, {seen['repeats']} duplicates), {seen['excused']} deleted unread and on record as gaps. "
        f"[bold]{seen['lost']} lost, {seen['duplicated']} taken twice.[/]"
    )
    console.print(
        f"Recovery: median {recovery['median']:.2f} s, worst {recovery['worst']:.2f} s. "
        f"{report.unknown_outcomes} times the producer did not learn the outcome and sent again."
    )
    if report.failed_round is not None:
        console.print(f"Round {report.failed_round} failed:", style="bold red")
        for finding in report.findings:
            console.print(f"  {finding}", style="red", markup=False, highlight=False)
        console.print(f"Its logs are in {report.folder}. The same round again:", highlight=False)
        console.print(f"  {report.command()}", style="bold", highlight=False)


def _grouped(faults: list[Struck], by: str) -> dict[str, list[Struck]]:
    groups: dict[str, list[Struck]] = defaultdict(list)
    for struck in faults:
        groups[getattr(struck.fault, by) or "a random moment"].append(struck)
    return dict(groups)


def _recovery(faults: list[Struck]) -> dict[str, float]:
    """Seconds from the strike, deliberate outage included, to the commit of something newer."""
    times = [struck.recovery for struck in faults] or [0.0]
    return {"median": round(statistics.median(times), 3), "worst": round(max(times), 3)}
