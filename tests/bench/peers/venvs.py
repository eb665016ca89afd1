"""The virtual environments of the peers. Each is created once and kept."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from local.errors import StackError
from local.settings import ROOT

FOLDER = ROOT / "var" / "bench" / "venvs"
_FINISHED = "finished"
_LONGEST = 600  # seconds; the bench must not wait for ever for a package index


class PeerUnavailable(StackError):
    """A peer cannot be installed. The message says why."""


def python(name: str, requirements: Sequence[str], folder: Path = FOLDER) -> Path:
    """The interpreter of the environment with exactly these pins; it is created if it does not exist.

    Other pins, or another Python, have another environment. Raises PeerUnavailable.
    """
    home = folder / f"{name}-{_digest(requirements)}"
    interpreter = home / "bin" / "python"
    if (home / _FINISHED).exists():
        return interpreter
    shutil.rmtree(home, ignore_errors=True)  # the rest of an interrupted run
    folder.mkdir(parents=True, exist_ok=True)
    _call(name, [sys.executable, "-m", "venv", str(home)])
    _call(name, [str(interpreter), "-m", "pip", "install", "--quiet", "--no-input", *requirements])
    (home / _FINISHED).touch()
    return interpreter


def _digest(requirements: Sequence[str]) -> str:
    text = "\n".join([platform.python_version(), *sorted(requirements)])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _call(name: str, command: list[str]) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    try:
        ended = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_LONGEST, env=environment
        )
    except subprocess.TimeoutExpired as error:
        raise PeerUnavailable(f"{name} could not be installed within {_LONGEST} s.") from error
    if ended.returncode != 0:
        raise PeerUnavailable(f"{name} could not be installed: {_reason(ended.stdout + ended.stderr)}")


def _reason(output: str) -> str:
    """The line that pip calls an error, or else its last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (errors or lines or ["pip gave no reason"])[-1]
