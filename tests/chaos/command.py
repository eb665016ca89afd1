"""`./stack chaos`: its options."""

import json
import sys
import time
from typing import Annotated

import typer
from rich.console import Console

from local.errors import StackError
from sse_ingest.database.failpoints import POINTS
from tests.chaos import scoreboard
from tests.chaos.faults.kinds import KINDS
from tests.chaos.plan import Plan
from tests.chaos.report import Report
from tests.chaos.run import run
from tests.support.interruptible import interruptible

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def chaos(
    minutes: Annotated[
        float | None, typer.Option(min=0, help="Run for so long, and end with a whole round.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Decides everything that is random. It is printed at the end.")
    ] = None,
    faults: Annotated[
        int | None, typer.Option(min=1, help="Inject at least so many; 28 have every kind.")
    ] = None,
    round_number: Annotated[
        int | None,
        typer.Option("--round", min=0, help="Run this round only, as the report of a failure names it."),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(help="Only this kind of fault. Can be given more than once.", metavar="KIND"),
    ] = None,
    point: Annotated[
        list[str] | None,
        typer.Option(help="Only at this failpoint. Can be given more than once.", metavar="POINT"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, not a table.")] = False,
) -> None:
    """Break the real processes in every way at every step, and check that no event is lost or stored twice.

    No other service has to run: it starts its own PostgreSQL, event service and ingest processes.
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
    with interruptible():
        report = run(plan, lambda so_far: _print_progress(console, so_far))
    if as_json:
        typer.echo(json.dumps(scoreboard.as_json(report), indent=1))
    else:
        scoreboard.show(report, console)
    if report.failed_round is not None:
        raise typer.Exit(1)


def _check(names: list[str], known: list[str], what: str) -> None:
    for name in names:
        if name not in known:
            raise StackError(f"There is no {what} {name!r}. Choose among: {', '.join(known)}.")


def _print_progress(console: Console, report: Report) -> None:
    totals = scoreboard.totals(report)
    console.print(
        f"[dim]{report.seconds:5.0f} s[/] {len(report.faults):5d} faults  {totals['committed']:7d} events  "
        f"{totals['lost']} lost  {totals['duplicated']} stored twice",
        highlight=False,
    )
