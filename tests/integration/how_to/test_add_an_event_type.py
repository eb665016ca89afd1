"""docs/how-to/add-an-event-type.md: its steps and commands, in a copy of the project, give a type from end to end."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sql.tool.migrate import revisions
from tests.support.documents.commands import Clone
from tests.support.documents.how_to import contents, scripts, steps
from tests.support.service import ROOT

pytestmark = pytest.mark.integration

PAGE = (ROOT / "docs" / "how-to" / "add-an-event-type.md").read_text(encoding="utf-8")
LAST = revisions()[-1]
STEPS = steps(PAGE, {"NNNN": f"{int(LAST) + 1:04}", "PREVIOUS": LAST})
FILES = {step.path for step in STEPS}
PRODUCT = {path for path in FILES if not path.startswith("tests/")}
GENERATED = {
    "docs/reference/data-dictionary.md",
    "tests/integration/sql/migrations/schema.txt",
    "tests/unit/restaurant_warehouse/typed/statements.sql",
}
COMMANDS = [script for script in scripts(PAGE) if "127.0.0.1" not in script]
WORDS = {"four": 4, "five": 5, "six": 6}


@dataclass(frozen=True)
class Followed:
    """A copy in which the page was followed: what each command printed, and which files differ."""

    home: Path
    outputs: list[str]
    changed: set[str]


@pytest.fixture(scope="module")
def followed() -> Iterator[Followed]:
    home = Path(tempfile.mkdtemp(prefix="how-to-"))
    try:
        clone = Clone(home, {})
        before = contents(home)
        for step in STEPS:
            step.apply(home)
        outputs = [_succeeded(clone.run(script)) for script in COMMANDS]
        after = contents(home)
        changed = {name for name in before | after if before.get(name) != after.get(name)}
        yield Followed(home, outputs, changed)
    finally:
        shutil.rmtree(home)


def _succeeded(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_it_is_as_many_files_as_the_page_says() -> None:
    stated = re.search(r"with its table and a view takes \*\*(\w+) files\*\*", PAGE)
    assert stated
    assert len(PRODUCT) == WORDS[stated[1]] <= 6


def test_the_commands_of_the_page_succeed(followed: Followed) -> None:
    """The last one holds the test of the new type: published, ingested, and seen in the view."""
    assert len(followed.outputs) == len(COMMANDS) >= 2
    assert re.search(r"\d+ passed", followed.outputs[-1])
    assert "tests/integration/restaurant_warehouse/test_table_seated.py" in COMMANDS[-1]


def test_nothing_else_is_touched(followed: Followed) -> None:
    assert followed.changed == FILES | GENERATED


def test_what_is_generated_knows_the_type(followed: Followed) -> None:
    for name in GENERATED:
        assert "seatings" in (followed.home / name).read_text(encoding="utf-8"), name


def test_the_files_of_the_page_are_as_the_linters_want_them(followed: Followed) -> None:
    ruff = Path(sys.prefix) / "bin" / "ruff"
    files = [name for name in sorted(FILES) if name.endswith(".py")]
    for command in (["check"], ["format", "--check"]):
        _succeeded(
            subprocess.run(
                [ruff, *command, *files], cwd=followed.home, capture_output=True, text=True, check=False
            )
        )
