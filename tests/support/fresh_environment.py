"""A fresh virtual environment with one wheel: ours, with what it asks for in the versions of the lock, or another."""

import os
import re
import subprocess
import sys
from pathlib import Path

from local.bootstrap import index
from tests.support.service import ROOT

_PINNED = re.compile(r"^[A-Za-z0-9].*==.*?(?= \\$)", re.MULTILINE)
_LONGEST = 600  # seconds; a package index that does not answer must not hold up the tests for ever


def environment() -> dict[str, str]:
    """Ours, without what would let a process see the checkout."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}


class ReleaseUnavailable(Exception):
    """The package index does not answer, or does not have the release. The message is pip's."""


def fresh_python(folder: Path, package: str, extra: str) -> Path:
    """The interpreter of a new environment in `folder` that holds the package's wheel with that extra."""
    dist, constraints = folder / "dist", folder / "constraints.txt"
    constraints.write_text("\n".join(_PINNED.findall((ROOT / "requirements.lock").read_text())) + "\n")
    python = _new_environment(folder)
    source = str(ROOT / "airflow" / "packages" / package)
    _call(*_pip(python), "wheel", "--quiet", "--no-deps", "--wheel-dir", str(dist), source)
    [wheel] = dist.glob("*.whl")
    _install(python, "--constraint", str(constraints), f"{wheel}[{extra}]")
    return python


def python_with_release(folder: Path, release: str, *overrides: str) -> Path:
    """The interpreter of a new environment in `folder` that holds this release from the package index.

    `overrides` are requirements instead of the release's own. Raises ReleaseUnavailable.
    """
    dist = folder / "dist"
    python = _new_environment(folder)
    download = _run(*_pip(python), "download", "--quiet", "--no-deps", "--dest", str(dist), release)
    if download.returncode != 0:
        raise ReleaseUnavailable(download.stderr.strip().rpartition("\n")[2])
    [wheel] = dist.iterdir()
    replacements = folder / "overrides.txt"
    replacements.write_text("\n".join(overrides) + "\n")
    _install(python, "--overrides", str(replacements), str(wheel))
    return python


def _new_environment(folder: Path) -> Path:
    _call(sys.executable, "-m", "venv", str(folder / "venv"))
    return folder / "venv" / "bin" / "python"


def _pip(python: Path) -> list[str]:
    return [str(python), "-m", "pip"]


def _install(python: Path, *arguments: str) -> None:
    pip = _pip(python)
    _call(*pip, "install", "--quiet", "uv")  # installs in seconds what takes pip minutes
    uv = [str(python), "-m", "uv", "pip", "install", "--quiet", "--python", str(python)]
    _call(*uv, *arguments, **index.from_pip(pip, environment()))


def _call(*command: str, **variables: str) -> None:
    result = _run(*command, **variables)
    assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout[-2000:]}{result.stderr[-4000:]}"


def _run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=_LONGEST,
        env=environment() | variables,
        cwd="/",
    )
