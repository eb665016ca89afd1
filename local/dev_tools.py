"""The tools of tests, docs and builds: requirements-dev.lock, installed into .venv when a command first needs them.

`./stack up` does not need them, and they are a third of all packages.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import typer

from local.errors import StackError
from local.settings import ROOT

LOCK = ROOT / "requirements-dev.lock"


def ensure(lock: Path = LOCK, environment: Path | None = None) -> None:
    """Install the lock, unless it is installed already. Raises StackError."""
    environment = environment or Path(sys.prefix)
    installed = environment / "installed-dev.lock"
    if installed.exists() and installed.read_bytes() == lock.read_bytes():
        return
    typer.echo(f"stack: installing {lock.name} into {environment} (once)", err=True)
    done = subprocess.run([*_installer(environment), "--require-hashes", "-r", str(lock)], check=False)
    if done.returncode != 0:
        raise StackError(
            f"{lock.name} could not be installed: see the lines above, "
            "and run the command again once the network or the disk is back."
        )
    shutil.copyfile(lock, installed)


def _installer(environment: Path) -> list[str]:
    """uv where .venv has it, else pip."""
    python = str(environment / "bin" / "python")
    if uv := shutil.which("uv", path=environment / "bin"):
        return [uv, "pip", "install", "--quiet", "--python", python]
    return [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
