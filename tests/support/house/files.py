"""The files of the project, as git lists them."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def committed(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout: there is no list of the project's files")
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]
