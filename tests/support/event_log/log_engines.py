"""The engines of the event log that the conformance suite and the model test run against. Add yours to ENGINES."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.log.interface import EVERYTHING, EventFilter, EventLog, OnCommit, Retention
from api.log.sqlite.log import SqliteLog
from tests.support.event_log.memory_log import MemoryLog


@dataclass(frozen=True)
class Engine:
    """How an engine opens the log of a path, and how it forgets what it holds in memory beside its storage."""

    name: str
    open: Callable[[Path, Retention, OnCommit], Coroutine[Any, Any, EventLog]]
    forget: Callable[[EventLog], None] = lambda _log: None


def _forget_tail(log: EventLog) -> None:
    assert isinstance(log, SqliteLog)
    log._tail.forget(10**9)


SQLITE = Engine("sqlite", SqliteLog.open, _forget_tail)
MEMORY = Engine("memory", MemoryLog.open)
ENGINES = [SQLITE, MEMORY]


def ignore_commit(_events: int, _seconds: float) -> None:
    """For those who do not measure."""


async def read_all(log: EventLog, after: int = 0, only: EventFilter = EVERYTHING) -> list[bytes]:
    """All frames after a position, as a reader gets them."""
    frames: list[bytes] = []
    while after < log.head:
        batch = await log.read(after, 100, only)
        assert batch.gap is None
        assert batch.after > after
        frames += batch.frames
        after = batch.after
    return frames


async def wait_until_oldest(log: EventLog, offset: int) -> None:
    """Wait until retention has taken everything before the offset."""
    async with asyncio.timeout(60):
        while log.oldest < offset:  # noqa: ASYNC110 - a log reports nothing when it expires
            await asyncio.sleep(0.02)
