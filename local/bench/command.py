"""`./stack bench`: its options."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local import dev_tools
from local.bench import machine, report
from local.bench.bench import Bench
from local.bench.figures import Row
from local.bench.limit import Limit
from local.bench.report import Report
from local.bench.suites import SUITES
from local.errors import StackError
from local.settings import ROOT

_FOLDER = ROOT / "var" / "bench"


def bench(
    suites: Annotated[
        list[str] | None,
        typer.Argument(help=f"Which of: {', '.join(SUITES)}. All, without any.", metavar="[SUITE]…"),
    ] = None,
    quick: Annotated[
        bool, typer.Option(help="Small workloads, each measured once: to see that it runs.")
    ] = False,
    folder: Annotated[Path, typer.Option(help="Where the JSON and the picture go.")] = _FOLDER,
) -> None:
    """Measure how fast everything is on this machine, beside what the machine can do at best.

    It needs nothing that runs: it starts a PostgreSQL and all else itself, on loopback. Other work on the machine
    spoils the figures.
    """
    chosen = suites or list(SUITES)
    for name in chosen:
        if name not in SUITES:
            raise StackError(f"There is no suite {name!r}. Choose among: {', '.join(SUITES)}.")
    dev_tools.ensure()  # the picture is drawn by one of them
    console = Console()
    began = time.monotonic()
    with Bench(console, quick=quick) as running:
        limit = Limit(running)
        made = Report(machine.describe(running.postgres_version), quick)
        for name in chosen:
            for row in _measured(running, limit, made, name, console):
                made.rows.append(row)
                made.seconds = time.monotonic() - began
                made.write(folder / "bench.json")  # an hour of measuring must not be lost with the last row
    console.print(f"{made.seconds:.0f} s. Figures: {folder / 'bench.json'}", highlight=False)
    if report.draw(made.rows, folder / "bench.svg"):
        console.print(f"Picture: {folder / 'bench.svg'}", highlight=False)
    if made.failed:
        raise typer.Exit(1)


def _measured(running: Bench, limit: Limit, made: Report, name: str, console: Console) -> Iterator[Row]:
    """The rows of one suite; what it could not measure is told and does not end the run."""
    rows = []
    try:
        for row in SUITES[name](running, limit):
            rows.append(row)
            yield row
    except Exception as error:  # noqa: BLE001 - whatever a suite trips over concerns its figures alone
        made.failed[name] = f"{type(error).__name__}: {error}"
        console.print(f"{name} ended early: {made.failed[name]}", style="red", markup=False, highlight=False)
    report.show(rows, console)
