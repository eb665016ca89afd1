"""What a reader may ask for, and where that is."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from api.http.position import Gap, Start, resolve
from api.http.problems import Problem
from api.log.interface import Draft, EventLog
from tests.support.event_log.log_engines import wait_until_oldest

pytestmark = pytest.mark.anyio


@pytest.fixture
async def log(open_log: Callable[..., Awaitable[EventLog]], make_draft: Callable[..., Draft]) -> EventLog:
    """A log of ten events, of which retention has taken three."""
    log = await open_log(keep=7)
    await log.append([make_draft() for _ in range(10)])
    await wait_until_oldest(log, 4)
    return log


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("earliest", Start(3)),
        ("latest", Start(10)),
        ("3", Start(3)),
        ("10", Start(10)),
        ("NAME-7", Start(7)),
        ("0", Start(3, Gap("0", 4, 3))),
        ("NAME-2", Start(3, Gap("NAME-2", 4, 1))),
        ("11", Start(3, Gap("11", 4, None))),
        ("otherlog-7", Start(3, Gap("otherlog-7", 4, None))),
        ("2000-01-01T00:00:00Z", Start(3)),
        ("2000-01-01T00:00:00 01:00", Start(3)),
        ("2100-01-01T00:00:00Z", Start(10)),
    ],
)
async def test_a_position(log: EventLog, text: str, start: Start) -> None:
    resolved = await resolve(log, text.replace("NAME", log.stream_id), "since")
    if start.gap and "NAME" in start.gap.requested:
        start = Start(
            start.after, Gap(start.gap.requested.replace("NAME", log.stream_id), 4, start.gap.missing)
        )
    assert resolved == start


@pytest.mark.parametrize(
    "text", ["yesterday", "-1", "1.5", "NAME-", "NAME-x", "9" * 19, "a-b-7", "2026-01-31", " ", "\u0663"]
)
async def test_what_is_no_position(log: EventLog, text: str) -> None:
    with pytest.raises(Problem, match="since: must be an offset") as caught:
        await resolve(log, text.replace("NAME", log.stream_id), "since")
    assert (caught.value.status, caught.value.more) == (400, {"parameter": "since"})


async def test_now_is_the_end(log: EventLog) -> None:
    assert await resolve(log, datetime.now(UTC).isoformat(), "since") == Start(10)
