"""The event log in SQLite: one writer thread with group commits, a few reader threads, and the tail in memory."""

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
    EventFilter,
    EventIdConflict,
    LogError,
    LogOverloaded,
    LogUnavailable,
    OnCommit,
    Receipt,
    Retention,
)
from api.log.sqlite.file import write_error
from api.log.sqlite.reader import Reader
from api.log.sqlite.writer import Commit, Store
from api.log.tail import Notifier, Tail

logger = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

_GROUP_EVENTS = 5_000  # a group commit of this size accepts no further request
_EXPIRE_EVENTS = 1_000  # in one transaction: an append waits a few milliseconds for it
_WAITING_BYTES = 64 * 1024 * 1024  # of payload that is not durable yet
_READERS = 4
_TAIL_BYTES = 32 * 1024 * 1024
_TAIL_EVENTS = 2_000  # in the tail at the start, for the readers that reconnect after a restart


@dataclass(frozen=True, slots=True)
class _Request:
    drafts: Sequence[Draft]
    answer: asyncio.Future[list[Receipt]]
    size: int


class SqliteLog:
    """An `EventLog` in one SQLite file. Open it with `open`, in the event loop that uses it."""

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
        self._notifier = Notifier()
        self._draining = self._closed = False
        self._waiting = 0
        self._queue: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._pool = ThreadPoolExecutor(_READERS, thread_name_prefix="log-reader")
        self._idle: queue.SimpleQueue[Reader] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="log-writer", daemon=True)
        self._writer.start()

    @classmethod
    async def open(
        cls, path: Path, retention: Retention, on_commit: OnCommit, stream_name: str = ""
    ) -> "SqliteLog":
        """Open the log, or make a new one with a new stream_id. The new one begins with the name of the stream."""
        store = await asyncio.to_thread(Store, path, stream_name)
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
        self, after: int, limit: int, only: EventFilter = EVERYTHING, max_bytes: int = CHUNK_BYTES
    ) -> Batch:
        """The events after a position, from memory where it has them, otherwise from the file."""
        batch = self._tail.read(after, limit, only, max_bytes)
        if batch is None:
            batch = await self._ask(Reader.batch, after, self.head, limit, only, max_bytes)
        return batch

    async def locate(self, moment: datetime) -> int:
        """The position after which every event was appended at the moment or later."""
        return await self._ask(Reader.locate, int(moment.timestamp() * 1_000_000), self.head)

    async def changed(self, after: int) -> bool:
        """Wait until there is an event after the position; False when the log is draining."""
        while not self._draining and self.head <= after:
            await self._notifier.wait()
        return not self._draining

    def drain(self) -> None:
        """Release every waiting reader, because the service stops."""
        self._draining = True
        self._notifier.notify(now=True)

    async def close(self) -> None:
        """Store the appends that wait, then close the file."""
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
        self, question: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._loop.run_in_executor(self._pool, partial(self._answer, question, *args, **kwargs))

    def _answer(self, question: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            try:
                reader = self._idle.get_nowait()
            except queue.Empty:
                reader = Reader(self._store.path)
            try:
                return question(reader, *args, **kwargs)
            finally:
                self._idle.put(reader)
        except sqlite3.Error as error:
            raise LogUnavailable(
                f"the event log {self._store.path} cannot be read ({error}): look at its disk"
            ) from error

    # The methods from here to `_post` run in the writer thread. No other thread uses the store.

    def _write(self) -> None:
        pause, events, requests = 0.0, 0, self._gather(0.0)
        while requests is not None:
            if requests:
                self._commit(requests)
                events = sum(len(request.drafts) for request in requests)
            if time.monotonic() >= pause:
                # Retention keeps up with appends: it deletes at least as many rows as were just appended.
                caught_up = self._expire(max(_EXPIRE_EVENTS, events))
                pause = time.monotonic() + (1.0 if caught_up else 0.0)
            requests = self._gather(max(0.0, pause - time.monotonic()))

    def _gather(self, pause: float) -> list[_Request] | None:
        """The requests of the next group commit: those that wait, up to a limit. None when the log closes."""
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
        result: Commit | LogError
        try:
            result = self._store.append([request.drafts for request in requests])
        except sqlite3.Error as error:
            result = write_error(error, self._store.path)
            self._recover()
        except Exception as error:  # a defect answers its requests and does not end the only writer
            logger.exception("the event log failed")
            result = LogUnavailable(
                f"the event log failed ({error!r}): nothing was stored; see the service's log"
            )
            self._recover()
        self._post(self._committed, requests, result, time.perf_counter() - started)

    def _recover(self) -> None:
        try:
            self._store.reload()
        except sqlite3.Error:
            logger.exception("the event log %s cannot be read", self._store.path)

    def _expire(self, limit: int) -> bool:
        """Delete some of the events past retention. True when no more are due."""
        try:
            deleted = self._store.expire(
                datetime.now(UTC) - self._retention.age, self._retention.count, limit
            )
        except sqlite3.Error as error:
            logger.warning("retention waits: %s", write_error(error, self._store.path))
            return True
        if deleted:
            self._post(self._expired, self._store.oldest)
        return deleted < limit

    def _post(self, what: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        self._loop.call_soon_threadsafe(partial(what, *args, **kwargs))

    def _committed(self, requests: list[_Request], result: Commit | LogError, seconds: float) -> None:
        self._waiting -= sum(request.size for request in requests)
        if isinstance(result, LogError):
            self.trouble = str(result)
            for request in requests:
                _answer_request(request, result)
            return
        self.trouble = None
        if result.records:
            self._tail.extend(result.records)
            self.head = result.records[-1].offset
            self.last_append = datetime.now(UTC)
            self._notifier.notify()
        self._on_commit(len(result.records), seconds)
        for request, answer in zip(requests, result.answers, strict=True):
            _answer_request(request, answer)

    def _expired(self, oldest: int) -> None:
        self.oldest = oldest
        self._tail.forget(oldest)


def _answer_request(request: _Request, answer: list[Receipt] | EventIdConflict | LogError) -> None:
    if request.answer.done():  # its publisher has disconnected
        return
    if isinstance(answer, LogError):
        request.answer.set_exception(answer)
    else:
        request.answer.set_result(answer)
