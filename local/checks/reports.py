"""What pytest reports about its runs: how many tests passed, which were left out, and which may not be skipped."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from xml.etree import ElementTree as Xml

from local.settings import ROOT

ALLOWED_SKIPS = ROOT / "tests" / "allowed_skips.txt"


@dataclass(frozen=True)
class Report:
    """The files of one run: its results, and the names of the tests that its options leave out."""

    results: Path
    left_out: Path

    @classmethod
    def within(cls, folder: Path, number: int) -> "Report":
        """The files of the run with this number; they are written by pytest."""
        return cls(folder / f"results-{number}.xml", folder / f"left-out-{number}.json")

    @property
    def options(self) -> list[str]:
        """What has pytest write the files."""
        return [f"--junitxml={self.results}", f"--left-out={self.left_out}"]

    @property
    def complete(self) -> bool:
        """Whether pytest has come to its end."""
        return self.results.exists() and self.left_out.exists()

    def cases(self) -> list[Xml.Element]:
        """The tests that ran or were skipped."""
        return list(Xml.parse(self.results).iter("testcase"))  # noqa: S314

    def counts(self) -> str:
        """As a person reads it: `2290 passed, 3 skipped`."""
        if not self.complete:
            return "no report"
        counted = Counter(_outcome(case) for case in self.cases())
        return ", ".join(
            f"{counted[name]} {name}" for name in ("failed", "passed", "skipped") if counted[name]
        )


def _outcome(case: Xml.Element) -> str:
    tags = {child.tag for child in case}
    return "failed" if tags & {"failure", "error"} else "skipped" if "skipped" in tags else "passed"


def left_out(reports: Sequence[Report]) -> Counter[str]:
    """How many tests of each file no run took."""
    names = [set(json.loads(report.left_out.read_text())) for report in reports if report.complete]
    return Counter(name.partition("::")[0] for name in set.intersection(*names)) if names else Counter()


def read_allowed(path: Path) -> list[str]:
    """Patterns of the skips that are allowed; `#` begins a comment."""
    lines = (line.split("#", 1)[0].strip() for line in path.read_text().splitlines())
    return [line for line in lines if line]


def objections(reports: Sequence[Report], allowed: Sequence[str]) -> list[str]:
    """What pytest calls green and we do not: no integration tests, or skips that are not listed."""
    if not all(report.complete for report in reports):
        return ["pytest left no report: it did not run to its end."]
    messages = []
    ran = 0
    for case in (case for report in reports for case in report.cases()):
        name = f"{case.get('classname', '')}.{case.get('name', '')}"
        skip = case.find("skipped")
        if skip is None:
            ran += ".integration." in f".{name}"
        elif skip.get("type") != "pytest.xfail":
            text = f"{name}: {skip.get('message', '')}"
            if not any(fnmatch(text, pattern) for pattern in allowed):
                messages.append(f"skipped, and not in tests/allowed_skips.txt: {text}")
    if not ran:
        messages.append("no integration test ran.")
    return messages
