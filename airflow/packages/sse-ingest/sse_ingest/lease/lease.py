"""The right to write a stream: one writer at a time, a standby that waits, and a fence that protects both.

The advisory lock is held for the whole run. A process that is stopped, and not dead, keeps its lock. So the holder also
renews a lease, and when it expires, a standby ends the holder's backends. The new holder of the lock raises the fence:
if an earlier writer continues after all, its commit is refused.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg

from sse_ingest.database.connection import connect, translated
from sse_ingest.database.failpoints import hit
from sse_ingest.database.named_queries import load
from sse_ingest.database.query_timeout import cut, query_timeout
from sse_ingest.errors import FenceLost, IngestError
from sse_ingest.settings import Settings

log = logging.getLogger("sse_ingest")
_SQL = load("lease.sql", __package__)
_RENEW_SECONDS = 0.5
_WATCH_SECONDS = 0.25
_CANCEL_SECONDS = 5.0


@dataclass(frozen=True)
class Position:
    """The last committed position of the stream, and the fence with which this writer may commit."""

    fence: int
    stream_id: str | None
    offset: int
    last_event_id: str


class Lease:
    """The right to write one shard of one stream. A context manager: at its end the standby takes over.

    `writer_pid` is the backend of the connection that commits. When the lease expires, it is ended together with the
    lease's own backend. `head` returns the newest known offset of the source, without waiting.
    """

    def __init__(self, settings: Settings, writer_pid: int, head: Callable[[], int | None]) -> None:
        self._settings = settings
        self._head = head
        self._connection = connect(settings.database_url, "lease", settings.schemas)
        self._pids = [self._connection.info.backend_pid, writer_pid]
        self._key: dict[str, Any] = {"stream": settings.stream, "shard": settings.shard}
        self._lock = {"lock": f"sse_ingest/{settings.stream}/{settings.shard}"}
        self._expired = {**self._key, **self._lock, "lease_seconds": settings.lease_seconds}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._failure: IngestError | None = None
        self._fence = 0
        self.standby_waited = 0.0
        """For how many seconds a standby has been waiting; 0 when there is none."""

    def __enter__(self) -> "Lease":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.release()

    def take(self, *, wait: bool, stop: Callable[[], bool]) -> Position | None:
        """Become the writer, and return the position. None: another writer has the lease and `wait` is False, or
        `stop()` became true during the wait. Raises DatabaseUnavailable or ConfigurationError.
        """
        with translated():
            if not self._locked() and not (self._wait(stop) if wait else self._replace_expired()):
                return None
            hit("lease.before_take")
            # The previous holder has lost the lock: it must not keep the checkpoint's row locked either.
            self._one("end_previous_holder", self._key)
            row = self._one(
                "take_lease", {**self._key, "holder": self._settings.writer, "holder_pids": self._pids}
            )
            assert row is not None
            position = Position(*row)
            self._fence = position.fence
            hit("lease.after_take")
        self._thread = threading.Thread(
            target=self._renew_until_stopped, name="sse-ingest-lease", daemon=True
        )
        self._thread.start()
        return position

    def check(self) -> None:
        """Raise the error that has ended the renewal: FenceLost, DatabaseUnavailable or ConfigurationError."""
        if self._failure is not None:
            raise self._failure

    def release(self) -> None:
        """Release the lease, so that the standby takes over. Never raises: a broken connection holds no lock."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        with suppress(psycopg.Error), query_timeout(self._connection, self._settings.query_timeout_seconds):
            hit("lease.before_release")
            if self._fence and not self._connection.broken:
                self._connection.execute(_SQL["drop_lease"], {**self._key, "fence": self._fence})
                hit("lease.between_release")
                self._connection.execute(_SQL["release_lock"], self._lock)
                hit("lease.after_release")
        self._connection.close()

    def _one(self, name: str, parameters: dict[str, Any]) -> tuple[Any, ...] | None:
        with query_timeout(self._connection, self._settings.query_timeout_seconds):
            row: tuple[Any, ...] | None = self._connection.execute(_SQL[name], parameters).fetchone()
            return row

    def _locked(self) -> bool:
        row = self._one("try_lock", self._lock)
        return row is not None and bool(row[0])

    def _replace_expired(self) -> bool:
        """A holder whose lease has expired does not write: end its backends and try the lock once more."""
        if self._one("end_expired_holder", self._expired) is None:
            return False
        time.sleep(_WATCH_SECONDS)  # its backends need a moment to end
        return self._locked()

    def _wait(self, stop: Callable[[], bool]) -> bool:
        """Wait for the lock, and watch the holder's lease through a second connection. False: stopped."""
        failures: list[BaseException] = []
        waiter = threading.Thread(
            target=self._wait_for_lock, args=(failures,), name="sse-ingest-standby", daemon=True
        )
        log.info(
            "Stream %s: another run writes it. This one waits as its standby, and takes over when that one ends.",
            self._settings.stream,
        )
        with connect(self._settings.database_url, "standby", self._settings.schemas) as watch:
            waiter.start()
            try:
                while waiter.is_alive() and not stop():
                    self._end_expired_holder(watch)
                    waiter.join(_WATCH_SECONDS)
            finally:
                if waiter.is_alive():
                    with suppress(psycopg.Error):
                        self._connection.cancel_safe(timeout=_CANCEL_SECONDS)
                    waiter.join(_CANCEL_SECONDS)
                    if waiter.is_alive():
                        cut(self._connection)
                waiter.join()
        if failures:
            if stop() and isinstance(failures[0], psycopg.errors.QueryCanceled):
                return False
            raise failures[0]
        return not stop()

    def _end_expired_holder(self, watch: psycopg.Connection[Any]) -> None:
        """End the backends of an expired holder. One can be our own: the server may have given us the lock over a
        connection that no longer delivers the answer.
        """
        with query_timeout(watch, self._settings.query_timeout_seconds):
            ended = watch.execute(_SQL["end_expired_holder"], self._expired).fetchall()
        if self._pids[0] in {pid for pid, _ in ended}:
            cut(self._connection)

    def _wait_for_lock(self, failures: list[BaseException]) -> None:
        try:
            self._connection.execute(_SQL["wait_for_lock"], self._lock)
        except psycopg.Error as error:
            failures.append(error)

    def _renew_until_stopped(self) -> None:
        while not self._stop.wait(_RENEW_SECONDS):
            try:
                self._renew()
            except IngestError as error:
                self._failure = error
                return

    def _renew(self) -> None:
        with translated(), query_timeout(self._connection, self._settings.query_timeout_seconds):
            hit("lease.before_renew")
            renewed = self._connection.execute(
                _SQL["renew_lease"], {**self._key, "fence": self._fence, "head_offset": self._head()}
            )
            if renewed.rowcount != 1:
                raise FenceLost(
                    f"Another writer has taken over stream {self._settings.stream!r}: this one stops. "
                    "Nothing is lost; the other writer continues from the checkpoint."
                )
            row = self._one("standby_waiting", self._lock)
            hit("lease.after_renew")
        self.standby_waited = float(row[0]) if row and row[0] is not None else 0.0
