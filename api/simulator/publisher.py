"""Publishes the simulator's events when they are due, through the same append as POST /events."""

import asyncio
import heapq
import logging
import math
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Self

from api.log.interface import Draft, EventIdConflict, EventLog, LogUnavailable, instant
from api.simulator.past import PAST, plan
from api.simulator.past import save as save_past
from api.simulator.published_spans import PublishedSpans, load, save
from api.simulator.recorder import Emission
from api.simulator.world import HORIZON, World

logger = logging.getLogger(__name__)

_AT_ONCE = 2_000  # events in one append
_SLOTS_AT_ONCE = 20
_RETRY_SECONDS = 1.0


class Publisher:
    """Runs the simulator; `async with` starts and ends it.

    After a restart it finishes the orders in flight. It publishes these orders again from their first event, and the
    log answers the events that it has as repeats. The file `marker` names the published world and its seconds, because
    another world has other orders in flight.
    """

    def __init__(
        self,
        world: World,
        log: EventLog,
        marker: Path,
        on_published: Callable[[float], None],
        history_days: int = 0,
    ) -> None:
        self._world = world
        self._log = log
        self._marker = marker
        self._history_days = history_days
        self._on_published = on_published
        self._published = 0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        now = time.time()
        published_until = min(now, (self._log.last_append or datetime.now(UTC)).timestamp())
        spans = self._published_spans(now, published_until)
        if self._world.rate > 0:
            work = self._flood() if math.isinf(self._world.rate) else self._follow(spans, published_until)
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

    def _published_spans(self, now: float, published_until: float) -> PublishedSpans:
        """What this world has published, and from when on it publishes now."""
        spans = load(self._marker, self._world.name) or self._first_spans(int(now))
        spans.advance(published_until, now)
        save(self._marker, self._world.name, spans)
        return spans

    def _first_spans(self, now: int) -> PublishedSpans:
        """Of a new world: with its past, or else from a little before now, so that orders are in every state.

        Only a new log gets a past: an older one has orders of these days.
        """
        days = 0 if self._log.head else self._history_days
        past = plan(self._world.name, self._world.rate, days, now)
        if past is None:
            start = int(now - min(HORIZON, _AT_ONCE / max(self._world.rate, 1)))
            return PublishedSpans([], start, start)
        save_past(self._marker.with_suffix(PAST), past)
        return PublishedSpans([(past.first, past.end)], now, now)

    async def _follow(self, spans: PublishedSpans, published_until: float) -> None:
        """Publish each event when it is due."""
        waiting: list[tuple[float, int, Draft]] = []
        numbers = count()
        slots = spans.seconds(published_until)
        slot = next(slots)
        while True:
            while slot <= time.time():
                seconds: list[int] = []
                while slot <= time.time() and len(seconds) < _SLOTS_AT_ONCE:
                    seconds.append(slot)
                    slot = next(slots)
                for emission in await asyncio.to_thread(self._emissions, seconds, spans, published_until):
                    heapq.heappush(waiting, (emission.due, next(numbers), emission.draft))
                if len(waiting) > _AT_ONCE and waiting[0][0] <= time.time():
                    break
            due: list[Draft] = []
            while waiting and waiting[0][0] <= time.time() and len(due) < _AT_ONCE:
                due.append(heapq.heappop(waiting)[2])
            if due:
                await self._publish(due)
            upcoming = min(slot, waiting[0][0]) if waiting else slot
            await asyncio.sleep(min(max(upcoming - time.time(), 0.01), 1))

    def _emissions(self, seconds: list[int], spans: PublishedSpans, published_until: float) -> list[Emission]:
        """What is to be published of these seconds."""
        slots = (e for second in seconds for e in self._world.slot(second, spans.__contains__))
        emissions = (_sent_after_standstill(e, spans) for e in slots if e.at >= spans.live_since)
        return [e for e in emissions if not _is_old_fault(e, published_until)]

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


def _sent_after_standstill(emission: Emission, spans: PublishedSpans) -> Emission:
    """The same, but for what was due in a standstill: that is sent afterwards, and happens then.

    Otherwise the latency of live events would be that of the standstill.
    """
    due, at = spans.after_standstill(emission.due), spans.after_standstill(emission.at)
    if at == emission.at:
        return emission if due == emission.due else replace(emission, due=due)
    draft = replace(emission.draft, ts=instant(datetime.fromtimestamp(at, UTC)))
    return Emission(due, draft, at)


def _is_old_fault(emission: Emission, published_until: float) -> bool:
    """Whether it is a fault that is published already: the log recognises no repeat of it."""
    is_fault = emission.draft.unchecked or emission.draft.event_id is None
    return is_fault and emission.due <= published_until


def _report_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        logger.error("the simulator ended; the service goes on without it", exc_info=error)
