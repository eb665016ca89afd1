"""One line says the version: that of pyproject.toml."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import api

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def test_it_is_a_semantic_version() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)


def test_the_event_service_has_it() -> None:
    assert api.__version__ == VERSION


def test_the_launcher_says_it() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "local", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == VERSION


def test_the_changelog_has_it_as_its_newest_release() -> None:
    releases = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert releases[:2] == ["Unreleased", VERSION]
