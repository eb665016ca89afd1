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
        report = Path(folder) / "pytest.xml"
        pytest = [sys.executable, "-m", "pytest", f"--junitxml={report}"]
        for name, command in [*steps(), ("pytest", pytest)]:
            console.rule(name)
            begun = time.monotonic()
            results.append((name, _run(command), time.monotonic() - begun))
        complaints = objections(report, read_allowed(ALLOWED_SKIPS))
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


def objections(report: Path, allowed: Sequence[str]) -> list[str]:
    """What pytest calls green and we do not: no integration tests, or skips that are not listed."""
    if not report.exists():
        return ["pytest left no report: it did not run to its end."]
    found = []
    ran = skipped = 0
    for case in Xml.parse(report).iter("testcase"):  # noqa: S314 - pytest has just written it
        name = f"{case.get('classname', '')}.{case.get('name', '')}"
        skip = case.find("skipped")
        if skip is None:
            ran += ".integration." in f".{name}"
        elif skip.get("type") != "pytest.xfail":
            skipped += 1
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
