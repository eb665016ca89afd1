"""A bounded queue between the reading thread and its caller."""

import threading
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from sse_ingest.sources.sse_decoder import Frame

Piece: TypeAlias = Callable[[], list[Frame]]
"""Bytes that were read; calling it decodes them. The caller decodes, in the thread that also parses: decoding in the
reading thread would only make two threads wait for the interpreter lock in turn."""

_ENOUGH_BYTES = 1024 * 1024


class Closed(Exception):
    """The caller has closed the queue: stop reading."""


class BoundedQueue:
    """Bounded by bytes: when the caller is behind, `put` waits, reading stops, and TCP holds the sender back."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._pieces: deque[tuple[Piece, int]] = deque()
        self._decoding = False
        self._changed = threading.Condition()
        self._closed = False
        self._ended = False
        self._error: BaseException | None = None

    def put(self, piece: Piece, size: int) -> None:
        """Add a piece of `size` bytes; wait while too much is pending. Raises Closed when the caller has closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._bytes < self._max_bytes)
            if self._closed:
                raise Closed
            self._pieces.append((piece, size))
            self._bytes += size
            self._changed.notify_all()

    def end(self, error: BaseException | None = None) -> None:
        """No more pieces will follow. `error` is raised by `get` after the pending pieces."""
        with self._changed:
            self._ended = True
            self._error = error
            self._changed.notify_all()

    def get(self, timeout: float) -> list[Piece] | None:
        """The pending pieces, up to a limit; [] when none came within `timeout` seconds; None after the end.

        The caller calls `decoded()` when it has decoded them. Raises the error that `end` received.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._pieces or self._ended or self._closed, timeout)
            if self._pieces:
                return self._take()
            if self._error is not None:
                raise self._error
            return None if self._ended or self._closed else []

    def _take(self) -> list[Piece]:
        pieces: list[Piece] = []
        total = 0
        while self._pieces and total < _ENOUGH_BYTES:
            piece, size = self._pieces.popleft()
            pieces.append(piece)
            total += size
        self._bytes -= total
        self._decoding = True
        self._changed.notify_all()
        return pieces

    def decoded(self) -> None:
        """The pieces that `get` returned are decoded."""
        with self._changed:
            self._decoding = False
            self._changed.notify_all()

    def wait_until_decoded(self) -> None:
        """Wait until the caller has decoded every piece. Raises Closed when the caller closes."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not (self._pieces or self._decoding))
            if self._closed:
                raise Closed

    @property
    def pending(self) -> bool:
        """Whether `get` would return frames at once."""
        return bool(self._pieces)

    def pause(self, seconds: float) -> None:
        """Sleep in the reading thread. Raises Closed as soon as the caller closes."""
        with self._changed:
            if self._changed.wait_for(lambda: self._closed, seconds):
                raise Closed

    def close(self) -> bool:
        """The caller reads no more. False if the queue was closed before."""
        with self._changed:
            if self._closed:
                return False
            self._closed = True
            self._pieces.clear()
            self._changed.notify_all()
            return True
