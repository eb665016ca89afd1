"""The newest part of the log in memory, and the notifier that wakes its readers."""

import asyncio
from collections.abc import Sequence

from api.log.interface import CHUNK_BYTES, EVERYTHING, Batch, EventFilter, Record

_SECONDS_PER_READER = (
    250e-6  # between two notifications; to wake one reader and write to it costs a tenth of this
)


class Tail:
    """The last records, without gaps. Readers at one position share one batch, so that its bytes are joined once."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._records: list[Record] = []
        self._first = 1  # offset of the first record
        self._batches: dict[tuple[int, int, EventFilter, int], Batch] = {}

    def extend(self, records: Sequence[Record]) -> None:
        """Append committed records, and drop the oldest beyond the limit."""
        if not records:
            return
        if not self._records:
            self._first = records[0].offset
        self._records.extend(records)
        self._bytes += sum(len(record.frame) for record in records)
        self._batches.clear()
        if self._bytes > self._max_bytes:
            self._shrink(self._max_bytes * 3 // 4)  # not one by one: each cut moves the rest of the list

    def forget(self, before: int) -> None:
        """Drop the records that retention deleted."""
        count = min(before - self._first, len(self._records))
        if count > 0:
            self._cut(count)

    def read(
        self, after: int, limit: int, only: EventFilter = EVERYTHING, max_bytes: int = CHUNK_BYTES
    ) -> Batch | None:
        """The batch after a position. None when the tail begins later."""
        start = after + 1 - self._first
        if start < 0 or not self._records:
            return None
        key = (after, limit, only, max_bytes)
        batch = self._batches.get(key)
        if batch is None:
            batch = self._batches[key] = self._collect(start, after, limit, only, max_bytes)
        return batch

    def _collect(self, start: int, after: int, limit: int, only: EventFilter, max_bytes: int) -> Batch:
        frames: list[bytes] = []
        for index in range(start, len(self._records)):
            record = self._records[index]
            if not only or only.matches(record):
                max_bytes -= len(record.frame)
                if frames and (max_bytes < 0 or len(frames) >= limit):
                    break
                frames.append(record.frame)
            after = record.offset
        return Batch(after, tuple(frames))

    def _shrink(self, size: int) -> None:
        count, left = 0, self._bytes
        while left > size and count < len(self._records) - 1:
            left -= len(self._records[count].frame)
            count += 1
        self._cut(count)

    def _cut(self, count: int) -> None:
        self._bytes -= sum(len(record.frame) for record in self._records[:count])
        del self._records[:count]
        self._first += count
        self._batches.clear()


class Notifier:
    """Wakes all waiting readers, and leaves the event loop time for other work when there are many of them.

    A few readers wake at once. Many readers wake at intervals that grow with their number (250 ms for a thousand), and
    then read all new events as one piece.
    """

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._waiting = 0
        self._notified_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    async def wait(self) -> None:
        """Wait for the next notification."""
        self._waiting += 1
        try:
            await self._event.wait()
        finally:
            self._waiting -= 1

    def notify(self, *, now: bool = False) -> None:
        """Wake the waiting readers, now or soon."""
        if self._timer is not None and not now:
            return
        loop = asyncio.get_running_loop()
        early = self._notified_at + self._waiting * _SECONDS_PER_READER - loop.time()
        if early > 0.002 and not now:
            self._timer = loop.call_later(early, self._wake)
        else:
            self._wake()

    def _wake(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._notified_at = asyncio.get_running_loop().time()
        self._event.set()
        self._event = asyncio.Event()
