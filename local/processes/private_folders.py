"""Keeps other users of this machine out of the data folder: logs and archives hold customers' orders."""

import stat
from collections.abc import Iterator
from pathlib import Path

PRIVATE = 0o700
PASSABLE = 0o711  # PostgreSQL runs as a system user of its own: it must get through to its data
FOLDERS = ("run", "logs", "airflow", "archive")
# What else the stack keeps in the data folder; each of these sets its own mode.
OTHERS = ("compose", "docs", "eventlog", "postgres", "postgres.initialising")


def protect(data_dir: Path, root: Path, *, passable: bool) -> list[str]:
    """Close the folders that are open to others; a sentence per folder that is not ours to change.

    `passable` says that another system user has data below `data_dir`. A mode that is narrower stays. A data folder
    outside the project `root` that holds other things too is left as it is.
    """
    limits = {data_dir / name: PRIVATE for name in FOLDERS}
    if _is_ours(data_dir, root):
        limits[data_dir] = PASSABLE if passable else PRIVATE
    return list(_narrow(limits))


def _is_ours(data_dir: Path, root: Path) -> bool:
    if root in data_dir.parents:
        return True
    return {entry.name for entry in data_dir.iterdir()} <= {*FOLDERS, *OTHERS}


def _narrow(limits: dict[Path, int]) -> Iterator[str]:
    for folder, limit in limits.items():
        if not folder.is_dir():
            continue
        mode = stat.S_IMODE(folder.stat().st_mode)
        narrow = mode & ~(0o777 & ~limit)
        if narrow == mode:
            continue
        try:
            folder.chmod(narrow)
        except PermissionError:
            yield f"Other users can read {folder}, and it is not yours: have its owner run chmod {limit:o} on it."
