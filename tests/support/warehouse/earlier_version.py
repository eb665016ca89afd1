"""An earlier version of this project, from the git history, as its users run it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.code_path import python_path
from tests.support.service import ROOT

VERSIONS = "sql/migrations/versions"
ROOMS = ("sql", "airflow/plugins", "airflow/packages")


def git(*arguments: str) -> bytes | None:
    """The output of git; None without a checkout, or with a shallow one."""
    result = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
    return result.stdout if result.returncode == 0 else None


def commits() -> Iterator[str]:
    """The newest commit, and every commit before a change of the migrations, newest first."""
    yield "HEAD"
    changes = git("rev-list", "--first-parent", "HEAD", "--", VERSIONS) or b""
    for commit in changes.decode().split():
        yield f"{commit}^"


def newest_before(migration: str | None) -> str:
    """The commit before this migration, or before the newest ones. Skips the test without a history."""
    now = {path.name for path in (ROOT / VERSIONS).glob("*.py")}
    for commit in commits():
        listed = git("ls-tree", "--name-only", f"{commit}:{VERSIONS}")
        if listed is None:
            break
        names = {name for name in listed.decode().split() if name.endswith(".py")}
        if migration not in names if migration else names != now:
            return commit
    pytest.skip("not a git checkout with its history: there is no earlier version to run")


class EarlierVersion:
    """Its migrations and its core, unpacked into a folder, under the packages of today.

    It is the version before the newest migrations, or before the migration with the file name `before`.
    """

    def __init__(self, folder: Path, before: str | None = None) -> None:
        self.folder = folder
        self.commit = newest_before(before)
        listed = git("ls-tree", "-r", "--name-only", self.commit, *ROOMS)
        assert listed is not None
        for name in listed.decode().splitlines():
            text = git("show", f"{self.commit}:{name}")
            assert text is not None
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text)

    def environment(self, **more: str) -> dict[str, str]:
        paths = python_path(self.folder)
        return {**os.environ, "PYTHONPATH": paths, **more}

    def migrate(self, owner_url: str) -> None:
        """Migrate an empty database to that version."""
        subprocess.run(
            [sys.executable, "-m", "sql", "migrate", "--owner-url", owner_url],
            cwd=self.folder,
            env=self.environment(),
            check=True,
            capture_output=True,
        )
