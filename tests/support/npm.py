"""Packages of npm that a test fetches when it runs. They are no part of this repository."""

import shutil
import subprocess
from pathlib import Path

import pytest

_OPTIONS = ["--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1"]


def fetch(folder: Path, unchecked: str, *packages: str) -> Path:
    """Install the packages in the folder, or what its lock names, and return the folder of their commands.

    Where that cannot be, the test is skipped; `unchecked` says what is not checked then.
    """
    if not shutil.which("npm"):
        pytest.skip(f"npm is not installed: {unchecked}")
    command = ["npm", "install" if packages else "ci", *_OPTIONS, *packages]
    if subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode != 0:
        pytest.skip(f"npm cannot fetch {', '.join(packages) or 'the packages of the lock'}: {unchecked}")
    return folder / "node_modules" / ".bin"
