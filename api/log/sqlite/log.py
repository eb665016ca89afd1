"""The embedded event log: one writer thread with group commits, a few reader threads, and the tail in memory."""

import asyncio
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from api.log.interface import (
    CHUNK_BYTES,
    EVERYTHING,
    Batch,
    Draft,
    EventIdConflict,
    LogError,
    LogOverloaded,
    LogUnavailable,
    OnCommit,
    Only,
    Receipt,
    Retention,
)
from api.log.sqlite.file import write_error
from api.log.sqlite.reader import Reads
from api.log.sqlite.writer import Commit, Store
from api.log.tail import Bell, Tail

logger = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

_GROUP_EVENTS = 5_000  # after so many a group commit takes no further request
_EXPIRE_EVENTS = 1_000  # deleted in one transaction: a few milliseconds that an append may wait
_WAITING_BYTES = 64 * 1024 * 1024  # of payload accepted and not yet durable
_READERS = 4
_TAIL_BYTES = 32 * 1024 * 1024
_TAIL_EVENTS = 2_000  # read into the tail at the start, for the readers that come back after a restart


@dataclass(frozen=True, slots=True)
class _Request:
    drafts: Sequence[Draft]
    answer: asyncio.Future[list[Receipt]]
    size: int


class SqliteLog:
    """An `EventLog` in one SQLite file. Open it with `open`, inside the event loop that will use it."""

    def __init__(self, store: Store, retention: Retention, on_commit: OnCommit) -> None:
        self._store = store
        self._retention = retention
        self._on_commit = on_commit
        self._loop = asyncio.get_running_loop()
        self.stream_id = store.stream_id
        self.head = store.next_offset - 1
        self.oldest = store.oldest
        self.last_append = datetime.fromtimestamp(store.appended_at / 1e6, UTC) if store.appended_at else None
        self.trouble: str | None = None
        self._tail = Tail(_TAIL_BYTES)
        self._tail.extend(store.newest(_TAIL_EVENTS))
        self._bell = Bell()
        self._draining = self._closed = False
        self._waiting = 0
        self._queue: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._pool = ThreadPoolExecutor(_READERS, thread_name_prefix="log-reader")
        self._idle: queue.SimpleQueue[Reads] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="log-writer", daemon=True)
        self._writer.start()

    @classmethod
    async def open(cls, path: Path, retention: Retention, on_commit: OnCommit) -> "SqliteLog":
        """Open the log, or make a new one with a new stream_id."""
        store = await asyncio.to_thread(Store, path)
        return cls(store, retention, on_commit)

    async def append(self, drafts: Sequence[Draft]) -> list[Receipt]:
        """Store all drafts or none; return when they are durable."""
        if self._closed:
            raise LogUnavailable(
                "the event service is stopping: nothing was stored; send it again to the next one"
            )
        size = sum(len(draft.payload) for draft in drafts)
        if self._waiting and self._waiting + size > _WAITING_BYTES:
            raise LogOverloaded(
                "more events are waiting than the service holds: nothing was stored; try again in 1 s"
            )
        request = _Request(drafts, self._loop.create_future(), size)
        self._waiting += size
        self._queue.put(request)
        return await request.answer

    async def probe(self) -> None:
        """Write something durable, or raise LogUnavailable."""
        await self.append(())

    async def read(
        self, after: int, limit: int, only: Only = EVERYTHING, max_bytes: int = CHUNK_BYTES
    ) -> Batch:
        """The events after a position, from memory where it reaches, otherwise from the file."""
        batch = self._tail.read(after, limit, only, max_bytes)
        if batch is None:
            batch = await self._ask(Reads.batch, after, self.head, limit, only, max_bytes)
        return batch

    async def locate(self, moment: datetime) -> int:
        """The position after which every event was appended at the moment or later."""
        return await self._ask(Reads.locate, int(moment.timestamp() * 1_000_000), self.head)

    async def changed(self, after: int) -> bool:
        """Wait until there is an event after the position; False when the log is draining."""
        while not self._draining and self.head <= after:
            await self._bell.wait()
        return not self._draining

    def drain(self) -> None:
        """Let every waiting reader go: the service is stopping."""
        self._draining = True
        self._bell.ring(now=True)

    async def close(self) -> None:
        """Store what was accepted, then let go of the file."""
        if self._closed:
            return
        self._closed = True
        self.drain()
        self._queue.put(None)
        await asyncio.to_thread(self._writer.join)
        await asyncio.to_thread(self._pool.shutdown)
        while not self._idle.empty():
            self._idle.get_nowait().close()
        self._store.close()

    async def _ask(
        self, question: Callable[Concatenate[Reads, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._loop.run_in_executor(self._pool, partial(self._answer, question, *args, **kwargs))

    def _answer(self, question: Callable[Concatenate[Reads, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            try:
                reads = self._idle.get_nowait()
            except queue.Empty:
                reads = Reads(self._store.path)
            try:
                return question(reads, *args, **kwargs)
            finally:
                self._idle.put(reads)
        except sqlite3.Error as error:
            raise LogUnavailable(
                f"the event log {self._store.path} cannot be read ({error}): look at its disk"
            ) from error

    # What follows up to `_post` runs in the writer thread, which alone uses the store.

    def _write(self) -> None:
        pause, events, requests = 0.0, 0, self._gather(0.0)
        while requests is not None:
            if requests:
                self._commit(requests)
                events = sum(len(request.drafts) for request in requests)
            if time.monotonic() >= pause:
                # Deleting keeps up with appending: at least as many rows as just came.
                done = self._expire(max(_EXPIRE_EVENTS, events))
                pause = time.monotonic() + (1.0 if done else 0.0)
            requests = self._gather(max(0.0, pause - time.monotonic()))

    def _gather(self, pause: float) -> list[_Request] | None:
        """The requests of the next group commit: all that wait, but not without end. None at the end."""
        requests: list[_Request] = []
        events = 0
        try:
            while events < _GROUP_EVENTS:
                request = self._queue.get_nowait() if requests else self._queue.get(timeout=pause)
                if request is None:
                    if not requests:
                        return None
                    self._queue.put(None)
                    break
                requests.append(request)
                events += len(request.drafts)
        except queue.Empty:
            pass
        return requests

    def _commit(self, requests: list[_Request]) -> None:
        started = time.perf_counter()
        outcome: Commit | LogError
        try:
            outcome = self._store.append([request.drafts for request in requests])
        except sqlite3.Error as error:
            outcome = write_error(error, self._store.path)
            self._recover()
        except Exception as error:  # a defect must answer its requests, not end the only writer
            logger.exception("the event log failed")
            outcome = LogUnavailable(
                f"the event log failed ({error!r}): nothing was stored; see the service's log"
            )
            self._recover()
        self._post(self._committed, requests, outcome, time.perf_counter() - started)

    def _recover(self) -> None:
        try:
            self._store.reload()
        except sqlite3.Error:
            logger.exception("the event log %s cannot be read", self._store.path)

    def _expire(self, limit: int) -> bool:
        """Delete a little of what is past retention; True when nothing more is due."""
        try:
            gone = self._store.expire(datetime.now(UTC) - self._retention.age, self._retention.count, limit)
        except sqlite3.Error as error:
            logger.warning("retention has to wait: %s", write_error(error, self._store.path))
            return True
        if gone:
            self._post(self._expired, self._store.oldest)
        return gone < limit

    def _post(self, what: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        self._loop.call_soon_threadsafe(partial(what, *args, **kwargs))

    def _committed(self, requests: list[_Request], outcome: Commit | LogError, seconds: float) -> None:
        self._waiting -= sum(request.size for request in requests)
        if isinstance(outcome, LogError):
            self.trouble = str(outcome)
            for request in requests:
                _settle(request, outcome)
            return
        self.trouble = None
        if outcome.records:
            self._tail.extend(outcome.records)
            self.head = outcome.records[-1].offset
            self.last_append = datetime.now(UTC)
            self._bell.ring()
        self._on_commit(len(outcome.records), seconds)
        for request, answer in zip(requests, outcome.answers, strict=True):
            _settle(request, answer)

    def _expired(self, oldest: int) -> None:
        self.oldest = oldest
        self._tail.forget(oldest)


def _settle(request: _Request, answer: list[Receipt] | EventIdConflict | LogError) -> None:
    if request.answer.done():  # whoever asked has gone
        return
    if isinstance(answer, LogError):
        request.answer.set_exception(answer)
    else:
        request.answer.set_result(answer)
