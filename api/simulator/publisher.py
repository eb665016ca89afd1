"""Publishes the simulator's events when they are due, through the same append as POST /events."""

import asyncio
import heapq
import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from typing import Any, Self

from api.log.interface import Draft, EventIdConflict, EventLog, LogUnavailable
from api.simulator.world import HORIZON, LATE, World

logger = logging.getLogger(__name__)

_CATCH_UP = 300  # seconds: after a longer standstill, the orders in between are left out
_AT_ONCE = 2_000  # events in one append
_RETRY_SECONDS = 1.0


class Publisher:
    """Runs the simulator; `async with` starts and ends it.

    After a restart it finishes the orders in flight. It publishes these orders again from their first event, and the
    log answers the events that it has as repeats. The file `marker` names the published world and its first second,
    because another world has other orders in flight.
    """

    def __init__(
        self, world: World, log: EventLog, marker: Path, on_published: Callable[[float], None]
    ) -> None:
        self._world = world
        self._log = log
        self._marker = marker
        self._on_published = on_published
        self._published = 0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        since = self._first_second(time.time())
        if self._world.rate > 0:
            work = self._flood() if math.isinf(self._world.rate) else self._follow(since)
            self._task = asyncio.create_task(work, name="simulator")
            self._task.add_done_callback(_report_failure)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def status(self) -> dict[str, Any]:
        """For /health."""
        rate = self._world.rate
        return {
            "rate": "max" if math.isinf(rate) else rate,
            "running": self._task is not None and not self._task.done(),
            "published": self._published,
        }

    def _first_second(self, now: float) -> float:
        """The second from which on this world is published: that of the marker, or a little before now."""
        with suppress(OSError, ValueError):
            name, first = self._marker.read_text().rsplit("\n", 1)
            if name == self._world.name:
                return float(first)
        # A little before now, so that the first second already has orders in every state.
        since = now - min(HORIZON, _AT_ONCE / max(self._world.rate, 1))
        try:
            self._marker.touch()
            self._marker.chmod(0o600)  # as the log beside it
            self._marker.write_text(f"{self._world.name}\n{since}")
        except OSError as error:
            logger.warning("after a restart, orders in flight stay unfinished: %s", error)
        return since

    async def _follow(self, since: float) -> None:
        """Publish each event when it is due."""
        waiting: list[tuple[float, int, Draft]] = []
        numbers = count()
        now = time.time()
        published_until = min(now, (self._log.last_append or datetime.now(UTC)).timestamp())
        slots = _slots(since, published_until, now)
        slot = next(slots)
        while True:
            while slot <= time.time():
                for emission in await asyncio.to_thread(self._world.slot, slot):
                    fault = emission.draft.unchecked or emission.draft.event_id is None
                    # The log recognises no repeat of a fault, so that one already published is left out.
                    if not (fault and emission.due <= published_until):
                        heapq.heappush(waiting, (emission.due, next(numbers), emission.draft))
                slot = next(slots)
                if len(waiting) > _AT_ONCE and waiting[0][0] <= time.time():
                    break
            due: list[Draft] = []
            while waiting and waiting[0][0] <= time.time() and len(due) < _AT_ONCE:
                due.append(heapq.heappop(waiting)[2])
            if due:
                await self._publish(due)
            upcoming = min(slot, waiting[0][0]) if waiting else slot
            await asyncio.sleep(min(max(upcoming - time.time(), 0.01), 1))

    async def _flood(self) -> None:
        """Publish without pause. The next orders are made while the log stores the previous ones."""
        clock = 0
        publishing: asyncio.Task[None] | None = None
        try:
            while True:
                clock = max(clock + 1, time.time_ns() // 1000)
                drafts = await asyncio.to_thread(self._world.burst, clock)
                if publishing is not None:
                    await publishing
                publishing = asyncio.create_task(self._publish(drafts))
        finally:
            if publishing is not None:
                publishing.cancel()

    async def _publish(self, drafts: list[Draft]) -> None:
        while drafts:
            try:
                receipts = await self._log.append(drafts)
            except LogUnavailable as error:
                logger.warning("the simulator waits: %s", error)
                await asyncio.sleep(_RETRY_SECONDS)
            except EventIdConflict as conflict:
                logger.warning("the simulator leaves out an event: %s", conflict)
                drafts = drafts[: conflict.index] + drafts[conflict.index + 1 :]
            else:
                new = sum(not receipt.duplicate for receipt in receipts)
                self._published += new
                self._on_published(new)
                return


def _report_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        logger.error("the simulator ended; the service goes on without it", exc_info=error)


def _slots(since: float, published_until: float, now: float) -> Iterator[int]:
    """The seconds to publish, without end. The first ones had orders in flight when the last process ended.

    After a long standstill, the seconds in between are left out.
    """
    published_until = max(published_until, since)
    first = max(int(published_until) - HORIZON - LATE, int(since))
    onward = int(published_until) + 1
    if now - published_until > _CATCH_UP:
        return chain(range(first, onward), count(int(now)))
    return count(min(first, onward))
