"""A second engine of the event log, which keeps everything in memory: it proves that the conformance suite is neutral.

A path names a log; what it holds outlives `close`, as a file would.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from api.log.interface import (
    CHUNK_BYTES,
    EVERYTHING,
    Batch,
    Draft,
    EventFilter,
    EventIdConflict,
    LogError,
    LogUnavailable,
    OnCommit,
    Receipt,
    Record,
    Retention,
)
from api.log.sse_frames import encode, same_content


@dataclass
class _Stored:
    """What stands for the file."""

    stream_id: str = field(default_factory=lambda: uuid4().hex[:12])
    records: list[tuple[datetime, Record, UUID | None]] = field(default_factory=list)
    oldest: int = 1
    in_use: bool = False


_STORED: dict[Path, _Stored] = {}


class MemoryLog:
    """An `EventLog` without a file. It expires whenever it is asked for something, at once and in whole."""

    trouble: str | None = None

    def __init__(self, stored: _Stored, retention: Retention, on_commit: OnCommit) -> None:
        self._stored, self._retention, self._on_commit = stored, retention, on_commit
        self._closed = self._draining = False
        self._changed = asyncio.Event()

    @classmethod
    async def open(cls, path: Path, retention: Retention, on_commit: OnCommit) -> "MemoryLog":
        stored = _STORED.setdefault(path, _Stored())
        if stored.in_use:
            raise LogError(f"the event log {path} is in use: stop the other event service")
        stored.in_use = True
        return cls(stored, retention, on_commit)

    @property
    def stream_id(self) -> str:
        return self._stored.stream_id

    @property
    def head(self) -> int:
        return self._stored.oldest + len(self._stored.records) - 1

    @property
    def oldest(self) -> int:
        records, before = self._stored.records, datetime.now(UTC) - self._retention.age
        while records and (len(records) > self._retention.count or records[0][0] < before):
            records.pop(0)
            self._stored.oldest += 1
        return self._stored.oldest

    @property
    def last_append(self) -> datetime | None:
        return self._stored.records[-1][0] if self._stored.records else None

    async def append(self, drafts: Sequence[Draft]) -> list[Receipt]:
        if self._closed:
            raise LogUnavailable("the event service is stopping: nothing was stored")
        now, head = datetime.now(UTC), self.head
        known = {event_id: record for _, record, event_id in self._stored.records if event_id}
        receipts: list[Receipt] = []
        fresh: list[tuple[datetime, Record, UUID | None]] = []
        for index, draft in enumerate(drafts):
            event_id = None if draft.unchecked else draft.event_id
            if event_id is not None and (record := known.get(event_id)):
                if not same_content(record.frame, draft):
                    raise EventIdConflict(index, event_id)
                receipts.append(Receipt(record.offset, duplicate=True))
                continue
            offset = head + len(fresh) + 1
            frame = encode(self.stream_id, offset, draft)
            record = Record(offset, draft.event_type, draft.partition_key, frame)
            fresh.append((now, record, event_id))
            receipts.append(Receipt(offset, duplicate=False))
            if event_id is not None:
                known[event_id] = record
        self._stored.records += fresh
        self._on_commit(len(fresh), 0.0)
        self._notify()
        await asyncio.sleep(0)
        return receipts

    async def read(
        self, after: int, limit: int, only: EventFilter = EVERYTHING, max_bytes: int = CHUNK_BYTES
    ) -> Batch:
        if after + 1 < self.oldest:
            return Batch(after, gap=self._stored.oldest)
        frames: list[bytes] = []
        for _, record, _ in self._stored.records[after + 1 - self._stored.oldest :]:
            if only.matches(record):
                max_bytes -= len(record.frame)
                if frames and (max_bytes < 0 or len(frames) >= limit):
                    break
                frames.append(record.frame)
            after = record.offset
        return Batch(after, tuple(frames))

    async def changed(self, after: int) -> bool:
        while not self._draining and self.head <= after:
            await self._changed.wait()
        return not self._draining

    async def locate(self, moment: datetime) -> int:
        earlier = sum(appended_at < moment for appended_at, _, _ in self._stored.records)
        return self.oldest - 1 + earlier

    async def probe(self) -> None:
        await self.append(())

    def drain(self) -> None:
        self._draining = True
        self._notify()

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._stored.in_use = False
            self.drain()

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
