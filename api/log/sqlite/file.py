"""The files of the log: who may read them, which process has them, and what to do when they cannot be used."""

import fcntl
import logging
import sqlite3
import stat
from io import TextIOWrapper
from pathlib import Path

from api.log.interface import LogError, LogFull, LogUnavailable

logger = logging.getLogger(__name__)

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600


def lock_exclusively(path: Path) -> TextIOWrapper:
    """Keep other processes and other users out of the log at `path`. Closing the result lets other processes in."""
    lock = None
    try:
        _make_folder(path.parent)
        lock = path.with_name(path.name + ".lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.touch(_FILE_MODE)  # SQLite gives its -wal and -shm the mode of this file
        _make_private(path)
    except OSError as error:
        if lock is not None:
            lock.close()
        if isinstance(error, BlockingIOError):
            detail = "is in use: stop the other event service, or set EVENT_LOG_PATH"
        else:
            detail = f"cannot be opened ({error}): see to EVENT_LOG_PATH"
        raise LogError(f"the event log {path} {detail}") from error
    return lock


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True)
        folder.chmod(_FOLDER_MODE)  # mkdir's own mode is subject to the umask


def _make_private(path: Path) -> None:
    """Close the log's files to other users. Its folder as well, unless that holds other things too."""
    entries = list(path.parent.iterdir())
    own = [entry for entry in entries if entry.name.startswith(path.name)]
    for entry in own:
        if entry.is_file():
            _restrict(entry, _FILE_MODE)
    if own == entries:
        _restrict(path.parent, _FOLDER_MODE)


def _restrict(path: Path, mode: int) -> None:
    if stat.S_IMODE(path.stat().st_mode) == mode:
        return
    try:
        path.chmod(mode)
    except PermissionError:
        logger.warning("%s belongs to another user, and others may read it: run `chmod %o` on it", path, mode)


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection in autocommit, so that every transaction here is written out."""
    uri = path.absolute().as_uri() + ("?mode=ro" if read_only else "?mode=rwc")
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=30)


def write_error(error: sqlite3.Error, path: Path) -> LogUnavailable:
    """The typed error for what SQLite reported, with what to do."""
    if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
        return LogFull(
            f"the disk of the event log {path} is full: nothing was stored; free space, then try again"
        )
    return LogUnavailable(
        f"the event log {path} cannot be written ({error}): nothing was stored; look at its disk"
    )


def open_error(error: sqlite3.Error, path: Path) -> LogError:
    """The same for a file that cannot be opened at all."""
    if error.sqlite_errorcode in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        remedy = "restore it from a copy, or move it away to start a new one (its readers get a gap notice)"
    else:
        remedy = "see that its disk has room and is writable"
    return LogError(f"the event log {path} cannot be opened ({error}): {remedy}")
