"""Where Python finds the project's packages, for every process that is started from a checkout."""

import os
from pathlib import Path

_FOLDERS = ("", "airflow/packages/sse-ingest", "airflow/packages/restaurant-warehouse", "airflow/plugins")


def code_folders(root: Path) -> list[str]:
    """The folders that hold top-level packages and modules, in the order of PYTHONPATH."""
    return [str(root / folder) for folder in _FOLDERS]


def python_path(root: Path) -> str:
    """The value of PYTHONPATH for a checkout at `root`."""
    return os.pathsep.join(code_folders(root))
