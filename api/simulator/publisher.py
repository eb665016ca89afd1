"""Publishes the simulator's world as its time comes, through the same append as everybody else."""

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

_CATCH_UP = 300  # seconds of standstill after which the orders in between are left out
_AT_ONCE = 2_000  # events in one append
_RETRY_SECONDS = 1.0


class Feed:
    """The simulator at work; `async with` starts and ends it.

    After a restart the orders in flight are finished: they are told again from their beginning, which the log
    answers as repeats. `marker` is a file that says which world was told and since when, because another one has
    other orders in flight.
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
        began = self._begin(time.time())
        if self._world.rate > 0:
            work = self._flood() if math.isinf(self._world.rate) else self._follow(began)
            self._task = asyncio.create_task(work, name="simulator")
            self._task.add_done_callback(_ended)
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

    def _begin(self, now: float) -> float:
        """Since when this world has been told; a little before now, unless the last process told it too."""
        with suppress(OSError, ValueError):
            name, since = self._marker.read_text().rsplit("\n", 1)
            if name == self._world.name:
                return float(since)
        # A little before now, so that there are orders in every state from the first second on.
        began = now - min(HORIZON, _AT_ONCE / max(self._world.rate, 1))
        try:
            self._marker.touch()
            self._marker.chmod(0o600)  # as the log beside it
            self._marker.write_text(f"{self._world.name}\n{began}")
        except OSError as error:
            logger.warning("orders in flight will not be finished after a restart: %s", error)
        return began

    async def _follow(self, began: float) -> None:
        """Publish each event when it is due."""
        waiting: list[tuple[float, int, Draft]] = []
        numbers = count()
        now = time.time()
        told = min(now, (self._log.last_append or datetime.now(UTC)).timestamp())
        slots = _slots(began, told, now)
        slot = next(slots)
        while True:
            while slot <= time.time():
                for emission in await asyncio.to_thread(self._world.slot, slot):
                    fault = emission.draft.unchecked or emission.draft.event_id is None
                    if not (fault and emission.due <= told):  # these the log would not know for repeats
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
        """Publish without pause, making the next orders while the last are stored."""
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


def _ended(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        logger.error("the simulator ended; the service goes on without it", exc_info=error)


def _slots(began: float, told: float, now: float) -> Iterator[int]:
    """The seconds whose orders are to be told: those with orders in flight when the last process ended, and from there.

    After a long standstill the orders in between are left out: nobody was there to take them.
    """
    told = max(told, began)
    first = max(int(told) - HORIZON - LATE, int(began))
    onward = int(told) + 1
    if now - told > _CATCH_UP:
        return chain(range(first, onward), count(int(now)))
    return count(min(first, onward))
