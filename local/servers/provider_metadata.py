"""The core as an installed provider of Airflow, from a checkout.

Airflow finds providers by the metadata of installed packages. In a checkout nothing is installed, so this writes what
the wheel of `sse-ingest` would have brought: its name, its version and its entry points.
"""

import tomllib
from pathlib import Path

from api import __version__
from local.settings import Settings


def folder(settings: Settings) -> Path:
    """Where the metadata are; a folder for PYTHONPATH."""
    return settings.data_dir / "airflow" / "provider"


def write(settings: Settings) -> None:
    """Write the metadata of this version, and nothing else into that folder."""
    project = tomllib.loads(
        (settings.root / "airflow/packages/sse-ingest/pyproject.toml").read_text(encoding="utf-8")
    )["project"]
    metadata = folder(settings) / "sse_ingest.dist-info"
    metadata.mkdir(parents=True, exist_ok=True)
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {__version__}\n", encoding="utf-8"
    )
    groups = [
        f"[{group}]\n" + "".join(f"{name} = {target}\n" for name, target in entries.items())
        for group, entries in project["entry-points"].items()
    ]
    (metadata / "entry_points.txt").write_text("\n".join(groups), encoding="utf-8")
