"""`./stack test`: the quick checks or all of them, lint and types beside the tests."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from local.checks.reports import ALLOWED_SKIPS, Report, left_out, objections, read_allowed
from local.errors import StackError
from local.settings import ROOT

Command = list[str]
_PYTEST = [sys.executable, "-m", "pytest"]
# In the order of the folders: the long files are not in the last ones, so that both cores have work to the end.
_BY_FILE = ["--dist", "loadfile", "--no-loadscope-reorder"]
_SIDE_BY_SIDE = ["--numprocesses", "2", *_BY_FILE]
# Whole stacks and faults wait at times, so that three of them share two cores. What measures time, or needs both cores
# for itself, has the machine for itself when everything runs.
_STACKS = "stack or chaos"
# The names of the runs of pytest, and their options.
QUICK = {"pytest": ["-m", "not long", "--hypothesis-profile=quick", *_SIDE_BY_SIDE]}
ALL = {
    "pytest, side by side": ["-m", f"not ({_STACKS} or alone)", *_SIDE_BY_SIDE],
    "pytest, whole stacks": ["-m", f"({_STACKS}) and not alone", "--numprocesses", "3", *_BY_FILE],
    "pytest, one by one": ["-m", "alone"],
}


@dataclass(frozen=True)
class Check:
    """One check that has run, and what it printed where that did not go to the terminal at once."""

    name: str
    passed: bool
    seconds: float
    output: str = ""


def beside() -> dict[str, Command]:
    """The checks that run beside the tests."""
    return {
        "ruff check": [_tool("ruff"), "check", "."],
        "ruff format": [_tool("ruff"), "format", "--check", "."],
        "lint-imports": [_tool("lint-imports")],
        "house rules": [*_PYTEST, "-q", "tests/unit/test_house_rules.py", "tests/unit/test_names.py"],
        "mypy": [_tool("mypy")],
    }


def run(arguments: Sequence[str], console: Console, *, everything: bool = False) -> bool:
    """The quick checks or all, or pytest alone with the arguments. True when all is well; goes on after a failure."""
    if arguments and everything:
        raise StackError("--all runs every test: leave out the arguments of pytest, or leave out --all.")
    if arguments:
        command = [*_PYTEST, *arguments]
        return subprocess.run(command, cwd=ROOT, env=_environment(), check=False).returncode == 0
    runs = ALL if everything else QUICK
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        reports = {name: Report.within(Path(folder), number) for number, name in enumerate(runs)}
        commands = {name: [*_PYTEST, *options, *reports[name].options] for name, options in runs.items()}
        checks = run_all(beside(), commands, console)
        complaints = objections(list(reports.values()), read_allowed(ALLOWED_SKIPS))
        console.rule("what ran")
        console.print(_table(checks, reports))
        print_left_out(list(reports.values()), console, everything=everything)
    console.print(f"{time.monotonic() - began:.0f} s in all.", highlight=False)
    for complaint in complaints:
        console.print(f"✗ {complaint}", style="red", highlight=False, markup=False)
    return all(check.passed for check in checks) and not complaints


def run_all(lint: Mapping[str, Command], tests: Mapping[str, Command], console: Console) -> list[Check]:
    """All of them, in two lanes. Only the first of the tests has lint beside it: the next one may measure."""
    shown = []
    with ThreadPoolExecutor(1) as lane:
        running = [lane.submit(_captured, name, command) for name, command in lint.items()]
        try:
            for name, command in tests.items():
                console.rule(name)
                shown.append(_shown(name, command))
                wait(running)
        except BaseException:  # Ctrl-C: what has not begun does not begin
            lane.shutdown(cancel_futures=True)
            raise
    captured = [future.result() for future in running]
    for check in captured:
        if not check.passed:
            console.rule(check.name)
            console.print(check.output, highlight=False, markup=False)
    return [*captured, *shown]


def _captured(name: str, command: Command) -> Check:
    """Run a check behind the tests; the tests have timeouts, and a linter has not."""
    began = time.monotonic()
    ended = subprocess.run(
        ["nice", "-n", "5", *command],  # noqa: S607 - of coreutils, wherever that is
        cwd=ROOT,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Check(name, ended.returncode == 0, time.monotonic() - began, ended.stdout)


def _shown(name: str, command: Command) -> Check:
    """Run a check whose output the terminal shows as it comes."""
    began = time.monotonic()
    ended = subprocess.run(command, cwd=ROOT, env=_environment(), check=False)
    return Check(name, ended.returncode == 0, time.monotonic() - began)


def _environment() -> dict[str, str]:
    """Ours, but compiled modules are kept: the tests start hundreds of processes, and each would compile them again."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _table(checks: Sequence[Check], reports: Mapping[str, Report]) -> Table:
    columns = [Column(), Column(), Column(justify="right"), Column(style="dim")]
    table = Table(*columns, box=None, show_header=False)
    for check in checks:
        counts = reports[check.name].counts() if check.name in reports else ""
        mark = "[green]✓[/]" if check.passed else "[red]✗[/]"
        table.add_row(mark, check.name, f"{check.seconds:.0f} s", counts)
    return table


def print_left_out(reports: Sequence[Report], console: Console, *, everything: bool) -> None:
    """Which tests no run took, by file, and how to run them."""
    files = left_out(reports)
    if not files and everything:
        console.print("Nothing was left out.")
        return
    table = Table(box=None, show_header=False, title="what was left out", title_justify="left")
    for file, number in sorted(files.items()):
        table.add_row(file, f"{number} test{'s' * (number != 1)}")
    console.print(table)
    console.print(
        "The tests of properties tried few examples. Everything, with all examples: ./stack test --all"
    )


def _tool(name: str) -> str:
    return str(Path(sys.prefix) / "bin" / name)
