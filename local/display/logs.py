"""The services' log files: their end, and following them."""

import os
import time
from collections import deque
from collections.abc import Generator
from pathlib import Path

from local.errors import StackError

ROTATE_AT = 20 * 1024 * 1024


def rotate(log: Path) -> None:
    """Keep one older file once a log has grown large; called while nobody writes to it."""
    if log.exists() and log.stat().st_size > ROTATE_AT:
        log.replace(log.with_suffix(".log.1"))


def available(log_dir: Path) -> list[str]:
    return sorted(path.stem for path in log_dir.glob("*.log"))


def find(log_dir: Path, service: str) -> Path:
    """The log of a service, or a sentence that names those there are."""
    known = available(log_dir)
    if service not in known:
        there = f"there are {', '.join(known)}" if known else "nothing has been started yet: run ./stack up"
        raise StackError(f"There is no log of {service!r}; {there}.")
    return log_dir / f"{service}.log"


def last_lines(log: Path, count: int) -> list[str]:
    """The end of a log; nothing when there is none."""
    try:
        with log.open(errors="replace") as file:
            return [line.rstrip("\n") for line in deque(file, maxlen=count)]
    except OSError:
        return []


def follow(log: Path, poll_seconds: float = 0.2) -> Generator[str, None, None]:
    """Lines as they are added, for ever; begins again when the file was replaced."""
    file = log.open(errors="replace")
    try:
        file.seek(0, os.SEEK_END)
        while True:
            if line := file.readline():
                yield line.rstrip("\n")
                continue
            time.sleep(poll_seconds)
            if log.exists() and log.stat().st_ino != os.fstat(file.fileno()).st_ino:
                file.close()
                file = log.open(errors="replace")
    finally:
        file.close()
