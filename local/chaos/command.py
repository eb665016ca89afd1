"""`./stack chaos`: its options."""

import json
import sys
import time
from typing import Annotated

import typer
from rich.console import Console

from local.chaos import scoreboard
from local.chaos.faults import KINDS
from local.chaos.run import Plan, Report, run
from local.errors import StackError
from sse_ingest.database.failpoints import POINTS


def chaos(
    minutes: Annotated[
        float | None, typer.Option(min=0, help="Go on for so long, and end with a whole round.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Decides everything that is random; printed at the end.")
    ] = None,
    faults: Annotated[int | None, typer.Option(min=1, help="Go on for so many faults.")] = None,
    round_number: Annotated[
        int | None,
        typer.Option("--round", min=0, help="Only this round, as the report of a failure names it."),
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="Only this kind of fault; may be given again.", metavar="KIND")
    ] = None,
    point: Annotated[
        list[str] | None, typer.Option(help="Only at this failpoint; may be given again.", metavar="POINT")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, not a table.")] = False,
) -> None:
    """Break the real processes in every way at every step, and check that no event is lost or taken twice.

    It needs nothing that runs: it starts a PostgreSQL, an event service and ingest processes of its own.
    """
    _check(kind or [], list(KINDS), "kind")
    _check(point or [], list(POINTS), "point")
    plan = Plan(
        seed=int(time.time()) if seed is None else seed,
        minutes=minutes if minutes is not None or faults or round_number is not None else 1,
        faults=faults,
        first_round=round_number or 0,
        rounds=None if round_number is None else 1,
        kinds=tuple(kind or ()),
        points=tuple(point or ()),
    )
    console = Console(stderr=as_json, width=None if sys.stdout.isatty() else 120)
    report = run(plan, lambda so_far: _tell(console, so_far))
    if as_json:
        typer.echo(json.dumps(scoreboard.as_json(report), indent=1))
    else:
        scoreboard.show(report, console)
    if report.failed_round is not None:
        raise typer.Exit(1)


def _check(given: list[str], known: list[str], what: str) -> None:
    for name in given:
        if name not in known:
            raise StackError(f"There is no {what} {name!r}. Choose among: {', '.join(known)}.")


def _tell(console: Console, report: Report) -> None:
    seen = scoreboard.totals(report)
    console.print(
        f"[dim]{report.seconds:5.0f} s[/] {len(report.faults):5d} faults  {seen['committed']:7d} events  "
        f"{seen['lost']} lost  {seen['duplicated']} twice",
        highlight=False,
    )
