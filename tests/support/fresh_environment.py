"""A fresh virtual environment with the built wheel and what it asks for, in the versions of the lock."""

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


def fresh_python(folder: Path, package: str, extra: str) -> Path:
    """The interpreter of a new environment in `folder` that holds the package's wheel with that extra."""
    venv, dist, constraints = folder / "venv", folder / "dist", folder / "constraints.txt"
    constraints.write_text("\n".join(_PINNED.findall((ROOT / "requirements.lock").read_text())) + "\n")
    python = venv / "bin" / "python"
    pip = [str(python), "-m", "pip"]
    _call(sys.executable, "-m", "venv", str(venv))
    source = str(ROOT / "airflow" / "packages" / package)
    _call(*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", str(dist), source)
    [wheel] = dist.glob("*.whl")
    _call(*pip, "install", "--quiet", "uv")  # installs in seconds what takes pip minutes
    uv = [str(python), "-m", "uv", "pip", "install", "--quiet", "--python", str(python)]
    _call(*uv, "--constraint", str(constraints), f"{wheel}[{extra}]", **index.from_pip(pip, environment()))
    return python


def _call(*command: str, **variables: str) -> None:
    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=_LONGEST,
        env=environment() | variables,
        cwd="/",
    )
    assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout[-2000:]}{result.stderr[-4000:]}"
