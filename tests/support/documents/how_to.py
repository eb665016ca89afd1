"""How-to pages whose steps say file by file what to write, and folders in which they are followed."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.service import ROOT

_STEP = re.compile(
    r"^\*\*(?P<kind>New|Change): (?P<path>\S+)\*\*(?:, (?P<side>above|below)\s+`(?P<anchor>[^`]+)`)?\n\n"
    r"```\w+\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_SCRIPT = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A new file, or lines that go above or below one line of a file."""

    path: str
    text: str
    side: str | None
    anchor: str | None

    def apply(self, home: Path) -> None:
        """Do what the step says in a copy of the project."""
        file = home / self.path
        if self.anchor is None:
            assert not file.exists(), f"{self.path} is there already"
            assert file.parent.is_dir(), f"{self.path} lies in a folder that is not there"
            file.write_text(self.text, encoding="utf-8")
            return
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        places = [number for number, line in enumerate(lines) if line.strip() == self.anchor]
        assert len(places) == 1, f"{self.path} has {len(places)} lines {self.anchor}"
        # The formatter removes blank lines at the end of an example; a class is followed by two.
        after = "\n\n" if self.text.startswith("class ") else ""
        lines.insert(places[0] + (self.side == "below"), self.text + after)
        file.write_text("".join(lines), encoding="utf-8")


def steps(page: str, names: Mapping[str, str]) -> list[Step]:
    """The steps of a page; `names` replaces its placeholders."""
    assert len(_STEP.findall(page)) == len(re.findall(r"^\*\*(?:New|Change): ", page, re.MULTILINE))
    for placeholder, name in names.items():
        page = page.replace(placeholder, name)
    all_steps = [Step(m["path"], m["text"], m["side"], m["anchor"]) for m in _STEP.finditer(page)]
    assert all((step.side is None) == (step.anchor is None) for step in all_steps)
    return all_steps


def scripts(page: str) -> list[str]:
    """The shell scripts of a page."""
    return _SCRIPT.findall(page)


def copy_project(home: Path, *folders: str) -> None:
    """Copy the project's files, or those below some folders, as git lists them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *folders],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, home / name)


def contents(home: Path) -> dict[str, bytes]:
    """Every file of a copy, without what running it leaves behind."""
    return dict(_files(home))


def _files(home: Path) -> Iterator[tuple[str, bytes]]:
    left_behind = {"__pycache__", ".pytest_cache", ".ruff_cache", ".hypothesis", ".venv", "var"}
    for file in sorted(home.rglob("*")):
        name = file.relative_to(home)
        if file.is_file() and not left_behind & set(name.parts):
            yield str(name), file.read_bytes()
