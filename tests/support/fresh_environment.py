"""A fresh virtual environment with the built wheel and what it asks for, in the versions of the lock."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

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
    source = str(ROOT / "airflow" / "packages" / package)
    if uv := shutil.which("uv"):
        _call(uv, "venv", "--quiet", "--python", sys.executable, str(venv))
        _call(uv, "build", "--quiet", "--wheel", "--out-dir", str(dist), source)
        install = [uv, "pip", "install", "--quiet", "--python", str(python)]
    else:
        _call(sys.executable, "-m", "venv", str(venv))
        pip = [str(python), "-m", "pip"]
        _call(*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", str(dist), source)
        _call(*pip, "install", "--quiet", "uv")  # seconds, where pip needs minutes
        install = [str(python), "-m", "uv", "pip", "install", "--quiet", "--python", str(python)]
    [wheel] = dist.glob("*.whl")
    _call(*install, "--constraint", str(constraints), f"{wheel}[{extra}]")
    return python


def _call(*command: str) -> None:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=_LONGEST, env=environment(), cwd="/"
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
