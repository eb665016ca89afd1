"""Drafts and logs for the tests of the event service."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from api.log import Draft
from api.sqlite_log import Retention, SqliteLog

OpenLog = Callable[..., Awaitable[SqliteLog]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def make_draft() -> Callable[..., Draft]:
    """make_draft(number, …): an event of an unknown type with its number in the payload."""

    def make(
        number: int = 0,
        event_id: UUID | None = None,
        kind: str = "noted",
        place: str = "LOC-ON-001",
        size: int = 0,
    ) -> Draft:
        payload = b'{"n":%d,"filler":"%s"}' % (number, b"x" * size)
        return Draft(kind, place, "2026-01-31T18:30:00Z", payload, event_id or uuid4())

    return make


@pytest.fixture
async def open_log(tmp_path: Path) -> AsyncIterator[OpenLog]:
    """open_log(days=…, keep=…): the log of this test, closed at its end if it was not before."""
    async with AsyncExitStack() as stack:

        async def open_one(days: float = 1, keep: int = 1_000_000) -> SqliteLog:
            log = await SqliteLog.open(tmp_path / "log" / "events.db", Retention(timedelta(days=days), keep))

            async def close() -> None:
                if not log.closed:
                    await log.close()

            stack.push_async_callback(close)
            return log

        yield open_one
