"""`./stack bench`: its options."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local.errors import StackError
from local.settings import ROOT
from tests.bench import report
from tests.bench.measuring import machine
from tests.bench.measuring.bench import Bench
from tests.bench.measuring.figures import Row
from tests.bench.processes.limit import Limit
from tests.bench.report import Report
from tests.bench.suites import SUITES
from tests.support.interruptible import interruptible

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_FOLDER = ROOT / "var" / "bench"


@app.command()
def bench(
    suites: Annotated[
        list[str] | None,
        typer.Argument(help=f"Which of: {', '.join(SUITES)}. All, without any.", metavar="[SUITE]…"),
    ] = None,
    quick: Annotated[
        bool, typer.Option(help="Small workloads, each measured once, to see that it runs.")
    ] = False,
    folder: Annotated[Path, typer.Option(help="The folder of the JSON and the picture.")] = _FOLDER,
) -> None:
    """Measure how fast everything is on this machine, beside what the machine can do at best.

    No other service has to run: it starts its own PostgreSQL and all else on loopback. Other work on the machine
    distorts the figures.
    """
    chosen = suites or list(SUITES)
    for name in chosen:
        if name not in SUITES:
            raise StackError(f"There is no suite {name!r}. Choose among: {', '.join(SUITES)}.")
    console = Console()
    began = time.monotonic()
    with interruptible(), Bench(console, quick=quick) as running:
        limit = Limit(running)
        results = Report(machine.describe(running.postgres_version), quick)
        for name in chosen:
            for row in _measured(running, limit, results, name, console):
                results.rows.append(row)
                results.seconds = time.monotonic() - began
                results.write(folder / "bench.json")  # the last row must not lose an hour of measuring
    console.print(f"{results.seconds:.0f} s. Figures: {folder / 'bench.json'}", highlight=False)
    if report.draw(results.rows, folder / "bench.svg"):
        console.print(f"Picture: {folder / 'bench.svg'}", highlight=False)
    if results.failed:
        raise typer.Exit(1)


def _measured(running: Bench, limit: Limit, results: Report, name: str, console: Console) -> Iterator[Row]:
    """The rows of one suite. An error in a suite is reported and does not end the run."""
    rows = []
    try:
        for row in SUITES[name](running, limit):
            rows.append(row)
            yield row
    except Exception as error:  # noqa: BLE001 - an error concerns the figures of this suite only
        results.failed[name] = f"{type(error).__name__}: {error}"
        console.print(
            f"{name} ended early: {results.failed[name]}", style="red", markup=False, highlight=False
        )
    report.show(rows, console)
