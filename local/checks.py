"""`./stack test`: every check of the project, and what a green test run must have contained."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from xml.etree import ElementTree as Xml

from rich.console import Console

from local.settings import ROOT

ALLOWED_SKIPS = ROOT / "tests" / "allowed_skips.txt"
# What measures time, or needs both cores for itself, runs alone; the rest two by two.
_ALONE = "stack or chaos or alone"
RUNS = {
    "pytest, side by side": ["-m", f"not ({_ALONE})", "--numprocesses", "2", "--dist", "loadfile"],
    "pytest, one by one": ["-m", _ALONE],
}


def steps() -> list[tuple[str, list[str]]]:
    """Name and command of each check but the tests."""
    return [
        ("ruff check", [_tool("ruff"), "check", "."]),
        ("ruff format", [_tool("ruff"), "format", "--check", "."]),
        ("mypy", [_tool("mypy")]),
        ("lint-imports", [_tool("lint-imports")]),
    ]


def run(arguments: Sequence[str], console: Console) -> bool:
    """Everything, or pytest alone with the arguments. True when all is well; goes on after a failure."""
    if arguments:
        return _run([sys.executable, "-m", "pytest", *arguments])
    results: list[tuple[str, bool, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        reports = [Path(folder) / f"pytest-{number}.xml" for number in range(len(RUNS))]
        pytest = [
            (name, [sys.executable, "-m", "pytest", f"--junitxml={report}", *options])
            for (name, options), report in zip(RUNS.items(), reports, strict=True)
        ]
        for name, command in [*steps(), *pytest]:
            console.rule(name)
            begun = time.monotonic()
            results.append((name, _run(command), time.monotonic() - begun))
        complaints = objections(reports, read_allowed(ALLOWED_SKIPS))
    console.rule("sum")
    for name, fine, seconds in results:
        console.print(f"{'[green]✓[/]' if fine else '[red]✗[/]'} {name} [dim]({seconds:.0f} s)[/]")
    for complaint in complaints:
        console.print(f"✗ {complaint}", style="red", highlight=False, markup=False)
    return all(fine for _, fine, _ in results) and not complaints


def read_allowed(path: Path) -> list[str]:
    """Patterns of the skips that are allowed; `#` begins a comment."""
    lines = (line.split("#", 1)[0].strip() for line in path.read_text().splitlines())
    return [line for line in lines if line]


def objections(reports: Sequence[Path], allowed: Sequence[str]) -> list[str]:
    """What pytest calls green and we do not: no integration tests, or skips that are not listed."""
    if not all(report.exists() for report in reports):
        return ["pytest left no report: it did not run to its end."]
    found = []
    ran = 0
    for case in (case for report in reports for case in Xml.parse(report).iter("testcase")):  # noqa: S314
        name = f"{case.get('classname', '')}.{case.get('name', '')}"
        skip = case.find("skipped")
        if skip is None:
            ran += ".integration." in f".{name}"
        elif skip.get("type") != "pytest.xfail":
            text = f"{name}: {skip.get('message', '')}"
            if not any(fnmatch(text, pattern) for pattern in allowed):
                found.append(f"skipped, and not in tests/allowed_skips.txt: {text}")
    if not ran:
        found.append("no integration test ran.")
    return found


def _run(command: Sequence[str]) -> bool:
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def _tool(name: str) -> str:
    return str(Path(sys.prefix) / "bin" / name)
