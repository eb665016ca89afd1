"""A time limit for answers of the database.

A connection can stay open and transport nothing any more: a firewall has dropped it, or a proxy hangs. TCP does not
notice, because the proxy answers its probes. So waits for answers that come soon are limited here: the socket is shut
down, and the waiting thread gets a transient error.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

_LOOK_SECONDS = 0.25


class _Watch:
    """One thread watches all waits of the process. To register a wait costs a microsecond."""

    def __init__(self) -> None:
        self._waits: dict[object, tuple[float, psycopg.Connection[Any]]] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, connection: psycopg.Connection[Any], seconds: float) -> object:
        wait = object()
        with self._lock:
            self._waits[wait] = (time.monotonic() + seconds, connection)
            if self._thread is None or not self._thread.is_alive():  # a forked process has no thread yet
                self._thread = threading.Thread(
                    target=self._look, name="sse-ingest-query-timeout", daemon=True
                )
                self._thread.start()
        return wait

    def remove(self, wait: object) -> None:
        with self._lock:
            self._waits.pop(wait, None)

    def _look(self) -> None:
        while True:
            time.sleep(_LOOK_SECONDS)
            with self._lock:
                now = time.monotonic()
                for wait, (deadline, connection) in list(self._waits.items()):
                    if now >= deadline:
                        del self._waits[wait]
                        cut(connection)


_watch = _Watch()


@contextmanager
def query_timeout(connection: psycopg.Connection[Any], seconds: float) -> Iterator[None]:
    """Limit this block to `seconds`; then the connection is cut, and a waiting thread gets an OperationalError."""
    wait = _watch.add(connection, seconds)
    try:
        yield
    finally:
        _watch.remove(wait)


def cut(connection: psycopg.Connection[Any]) -> None:
    """Shut the connection's socket down; a thread that waits for it gets an OperationalError."""
    with (
        suppress(OSError, psycopg.Error),
        socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM) as own,
    ):
        own.shutdown(socket.SHUT_RDWR)
