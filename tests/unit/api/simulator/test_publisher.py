"""The simulator at work: in time, through failures and restarts."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

import pytest

from api.log import sse_frames
from api.log.interface import EventLog, LogUnavailable
from api.simulator import past as past_file
from api.simulator.published_spans import PublishedSpans, save
from api.simulator.publisher import Publisher
from api.simulator.world import Faults, World

pytestmark = pytest.mark.anyio
OpenLog = Callable[..., Awaitable[EventLog]]


def ignore(_: float) -> None:
    return


async def run(log: EventLog, world: World, marker: Path, seconds: float) -> Publisher:
    async with Publisher(world, log, marker, ignore) as publisher:
        await asyncio.sleep(seconds)
    return publisher


async def everything(log: EventLog) -> list[bytes]:
    return list((await log.read(0, 100_000, max_bytes=1 << 30)).frames)


async def test_it_publishes_what_is_due_and_no_more(open_log: OpenLog, tmp_path: Path) -> None:
    log = await open_log()
    publisher = await run(log, World(1, 50), tmp_path / "marker", 1.5)
    frames = await everything(log)
    assert len(frames) == log.head == publisher.status()["published"] > 50
    latest = max(json.loads(sse_frames.element(frame))["ts"] for frame in frames)
    assert latest <= time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + "~"


async def test_at_rate_zero_it_does_nothing(open_log: OpenLog, tmp_path: Path) -> None:
    log = await open_log()
    publisher = await run(log, World(1, 0), tmp_path / "marker", 0.2)
    assert (log.head, publisher.status()) == (0, {"rate": 0, "running": False, "published": 0})


async def test_max_floods(open_log: OpenLog, tmp_path: Path) -> None:
    log = await open_log()
    publisher = await run(log, World(1, float("inf")), tmp_path / "marker", 1.5)
    assert log.head > 1_000
    assert publisher.status()["rate"] == "max"


async def test_a_restart_finishes_orders_and_repeats_nothing(open_log: OpenLog, tmp_path: Path) -> None:
    log, faults = await open_log(), Faults(duplicates=0.2, malformed=0.2)
    for _ in range(3):
        await run(log, World(1, 50, faults), tmp_path / "marker", 1.2)
    frames = await everything(log)
    plain = [frame for frame in frames if frame.startswith(b"id: ")]
    events = [json.loads(sse_frames.element(frame)) for frame in plain]
    created = {e["payload"]["order_id"] for e in events if e["event_type"] == "order_created"}
    changes = {"menu_item_changed", "customer_changed"}
    assert {e["payload"]["order_id"] for e in events if e["event_type"] not in changes} == created
    repeats = len(events) - len({event["event_id"] for event in events})
    assert 0 < repeats < 0.4 * len(events)
    assert len(frames) - len(plain) > 0


async def test_it_waits_while_the_log_refuses(
    open_log: OpenLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = await open_log()
    append, refusals = log.append, iter([True, True])

    async def refusing(drafts: list[object]) -> object:
        if next(refusals, False):
            raise LogUnavailable("no")
        return await append(drafts)  # type: ignore[arg-type]

    monkeypatch.setattr("api.simulator.publisher._RETRY_SECONDS", 0.01)
    monkeypatch.setattr(log, "append", refusing)
    await run(log, World(1, 100), tmp_path / "marker", 1)
    assert log.head > 0


@pytest.mark.parametrize("faults", [Faults(), Faults(late=0.5), Faults(out_of_order=0.5)])
async def test_only_a_new_log_gets_a_past(open_log: OpenLog, tmp_path: Path, faults: Faults) -> None:
    """And no event of the past is published, also if a fault delays it beyond the end of the past."""
    log = await open_log()
    world, marker = World(1, 50, faults), tmp_path / "events.db.simulator"
    async with Publisher(world, log, marker, ignore, history_days=1):
        began = int(time.time())
        assert await log.changed(20)
    past = past_file.load(tmp_path / "events.db.past")
    assert past is not None
    assert (past.world, past.end - past.first, past.loaded) == (world.name, 86_400, 0)
    assert abs(past.end - began) <= 1
    events = [json.loads(sse_frames.element(frame)) for frame in await everything(log)]
    assert min(datetime.fromisoformat(event["ts"]).timestamp() for event in events) >= past.end

    async with Publisher(World(2, 50, faults), log, marker, ignore, history_days=1):
        pass
    assert past_file.load(tmp_path / "events.db.past") == past


async def test_what_was_due_in_a_standstill_happens_when_it_is_over(
    open_log: OpenLog, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Orders of before an hour ago go on. Another start sends the same again, which the log knows."""
    log, world, marker = await open_log(), World(1, 50, Faults(duplicates=0.1)), tmp_path / "marker"
    start = int(time.time())
    save(marker, world.name, PublishedSpans([(start - 36_000, start - 3_600)], start, start - 36_000))
    for _ in range(2):
        head = log.head
        async with Publisher(world, log, marker, ignore):
            while log.head < head + 20:
                await log.changed(log.head)
    events = [json.loads(sse_frames.element(frame)) for frame in await everything(log)]
    assert "payment_captured" in {event["event_type"] for event in events if event.get("version") == 2}
    assert min(datetime.fromisoformat(event["ts"]).timestamp() for event in events) >= start
    contents = {(event["event_id"], event["ts"]) for event in events}
    assert len(contents) == len({event["event_id"] for event in events})
    assert "leaves out" not in caplog.text
