"""The newest part of the log in memory, and the bell that wakes its readers."""

import asyncio
from collections.abc import Sequence

from api.log.interface import CHUNK_BYTES, EVERYTHING, Batch, Only, Record

_SECONDS_A_READER = 250e-6  # between two rings; waking one and writing to it costs about a tenth of it


class Tail:
    """The last records, contiguous. Readers at one position share one batch, so its bytes are joined once."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._records: list[Record] = []
        self._first = 1  # offset of the first record
        self._batches: dict[tuple[int, int, Only, int], Batch] = {}

    def extend(self, records: Sequence[Record]) -> None:
        """Append what was committed, and forget the oldest beyond the limit."""
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
        """Drop what retention deleted."""
        gone = min(before - self._first, len(self._records))
        if gone > 0:
            self._cut(gone)

    def read(
        self, after: int, limit: int, only: Only = EVERYTHING, max_bytes: int = CHUNK_BYTES
    ) -> Batch | None:
        """The batch after a position, or None when the tail does not reach back so far."""
        start = after + 1 - self._first
        if start < 0 or not self._records:
            return None
        key = (after, limit, only, max_bytes)
        batch = self._batches.get(key)
        if batch is None:
            batch = self._batches[key] = self._collect(start, after, limit, only, max_bytes)
        return batch

    def _collect(self, start: int, after: int, limit: int, only: Only, max_bytes: int) -> Batch:
        frames: list[bytes] = []
        for index in range(start, len(self._records)):
            record = self._records[index]
            if not only or only.takes(record):
                max_bytes -= len(record.frame)
                if frames and (max_bytes < 0 or len(frames) >= limit):
                    break
                frames.append(record.frame)
            after = record.offset
        return Batch(after, tuple(frames))

    def _shrink(self, size: int) -> None:
        gone, left = 0, self._bytes
        while left > size and gone < len(self._records) - 1:
            left -= len(self._records[gone].frame)
            gone += 1
        self._cut(gone)

    def _cut(self, count: int) -> None:
        self._bytes -= sum(len(record.frame) for record in self._records[:count])
        del self._records[:count]
        self._first += count
        self._batches.clear()


class Bell:
    """Wakes all waiting readers at once, and so seldom that waking a thousand leaves the loop time for others.

    A few readers are woken at once. Many are woken at intervals that grow with their number (250 ms for a thousand),
    and then find all that came meanwhile in one piece.
    """

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._waiting = 0
        self._rang = 0.0
        self._timer: asyncio.TimerHandle | None = None

    async def wait(self) -> None:
        """Wait until it rings."""
        self._waiting += 1
        try:
            await self._event.wait()
        finally:
            self._waiting -= 1

    def ring(self, *, now: bool = False) -> None:
        """Wake who waits, soon."""
        if self._timer is not None and not now:
            return
        loop = asyncio.get_running_loop()
        early = self._rang + self._waiting * _SECONDS_A_READER - loop.time()
        if early > 0.002 and not now:
            self._timer = loop.call_later(early, self._ring)
        else:
            self._ring()

    def _ring(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._rang = asyncio.get_running_loop().time()
        self._event.set()
        self._event = asyncio.Event()
