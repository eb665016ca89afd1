"""`./stack build`: the packages of airflow/packages as wheels and source archives, and the SBOM of the lock."""

import shutil
import subprocess
import sys
from pathlib import Path

import typer

from local.development import dev_tools
from local.errors import StackError
from local.settings import ROOT

DIST = ROOT / "dist"
SBOM = "sbom.cdx.json"


def build() -> None:
    """Build the wheels and source archives into dist/, check them, and write the SBOM of the lock."""
    dev_tools.ensure()
    for path in [*distributions(ROOT, DIST), bill_of_materials(ROOT / "requirements.lock", DIST)]:
        typer.echo(path.relative_to(ROOT))


def distributions(root: Path, dist: Path) -> list[Path]:
    """A wheel and a source archive of each package, in an empty `dist`. Raises StackError."""
    packages = sorted(path.parent for path in (root / "airflow" / "packages").glob("*/pyproject.toml"))
    if not packages:
        raise StackError("airflow/packages holds no package: restore the folder from the repository.")
    shutil.rmtree(dist, ignore_errors=True)
    for package in packages:
        # Without isolation the backend is the one of the lock, and nothing is downloaded. The wheel is built
        # from the source archive, so that both hold the same files.
        _run("build", "--no-isolation", "--outdir", str(dist), str(package))
    files = sorted([*dist.glob("*.whl"), *dist.glob("*.tar.gz")])
    _run("twine", "check", "--strict", *map(str, files))
    return files


def bill_of_materials(lock: Path, dist: Path) -> Path:
    """Which packages the lock installs, as CycloneDX: from the lock alone, and the same for the same lock."""
    dist.mkdir(exist_ok=True)
    sbom = dist / SBOM
    project = ["--pyproject", str(ROOT / "pyproject.toml"), "--mc-type", "application"]
    output = ["--output-format", "JSON", "--output-reproducible", "--output-file", str(sbom)]
    _run("cyclonedx_py", "requirements", *project, *output, str(lock))
    return sbom


def _run(module: str, *arguments: str) -> None:
    """A tool of ours; what it prints is shown only when it fails."""
    result = subprocess.run(
        [sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise StackError(f"{module} {arguments[0]} failed:\n{result.stdout}{result.stderr}".rstrip())
