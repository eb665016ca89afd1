"""How long the database may leave us without an answer.

A connection can stay open and carry nothing any more: a firewall that forgot it, a proxy that hangs. TCP does not tell,
since whatever stands between answers its probes. Where an answer is due soon, the wait is limited here: the socket is
shut down, and the thread that waits for it gets an error that is worth another try.
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
    """One thread for all waits of the process; registering a wait costs a microsecond."""

    def __init__(self) -> None:
        self._waits: dict[object, tuple[float, psycopg.Connection[Any]]] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, connection: psycopg.Connection[Any], seconds: float) -> object:
        wait = object()
        with self._lock:
            self._waits[wait] = (time.monotonic() + seconds, connection)
            if self._thread is None or not self._thread.is_alive():  # also in a process that was forked since
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
    """Whatever waits for the server in this block does so for this long at most, then it is cut off."""
    wait = _watch.add(connection, seconds)
    try:
        yield
    finally:
        _watch.remove(wait)


def cut(connection: psycopg.Connection[Any]) -> None:
    """Shut the connection's socket down; whoever waits for it wakes with an OperationalError."""
    with (
        suppress(OSError, psycopg.Error),
        socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM) as own,
    ):
        own.shutdown(socket.SHUT_RDWR)
