"""The tools of tests, docs and builds: requirements-dev.lock, installed into .venv when a command first needs them.

`./stack up` does not need them, and they are a third of all packages.
"""

import os
import subprocess
import sys
from pathlib import Path

from local.errors import StackError
from local.settings import ROOT

LOCK = ROOT / "requirements-dev.lock"


def ensure() -> None:
    """Install the lock into .venv, unless it is installed already. Raises StackError."""
    installed = Path(sys.prefix) / "installed-dev.lock"
    if installed.exists() and installed.read_bytes() == LOCK.read_bytes():
        return
    python = str(sys._base_executable)  # type: ignore[attr-defined] # as ./stack does: .venv has no pip
    command = [python, "-P", "-m", "local.bootstrap", str(ROOT), LOCK.name]
    if subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False).returncode != 0:
        raise StackError(f"{LOCK.name} is not installed, and this command needs it: see the lines above.")
