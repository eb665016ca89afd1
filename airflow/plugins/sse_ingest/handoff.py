"""A bounded queue of lists of frames between the reading thread and its caller."""

import threading
from collections import deque

from sse_ingest.sse import Frame

_ENOUGH = 5000


class Closed(Exception):
    """The caller has gone: stop reading."""


class HandOff:
    """Bounded by bytes: when the caller is behind, `put` waits, reading stops, and TCP holds the sender back."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._lists: deque[tuple[list[Frame], int]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._ended = False
        self._error: BaseException | None = None

    def put(self, frames: list[Frame], size: int) -> None:
        """Hand over; wait while too much is pending. Raises Closed when nobody will take it."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._bytes < self._max_bytes)
            if self._closed:
                raise Closed
            self._lists.append((frames, size))
            self._bytes += size
            self._changed.notify_all()

    def end(self, error: BaseException | None = None) -> None:
        """Nothing will follow what is pending."""
        with self._changed:
            self._ended = True
            self._error = error
            self._changed.notify_all()

    def get(self, timeout: float) -> list[Frame] | None:
        """Everything pending as one list, [] when nothing came in time, None after the end.

        Raises what `end` was given.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._lists or self._ended or self._closed, timeout)
            if self._lists:
                return self._take()
            if self._error is not None:
                raise self._error
            return None if self._ended or self._closed else []

    def _take(self) -> list[Frame]:
        """All that is pending, up to a bound: a caller that is behind gets large lists."""
        taken, size = self._lists.popleft()
        while self._lists and len(taken) < _ENOUGH:
            more, more_size = self._lists.popleft()
            taken += more
            size += more_size
        self._bytes -= size
        self._changed.notify_all()
        return taken

    @property
    def pending(self) -> bool:
        """Whether `get` would return frames at once."""
        return bool(self._lists)

    def pause(self, seconds: float) -> None:
        """Sleep in the reading thread. Raises Closed as soon as the caller goes."""
        with self._changed:
            if self._changed.wait_for(lambda: self._closed, seconds):
                raise Closed

    def check(self) -> None:
        """Raise Closed if the caller has gone."""
        if self._closed:
            raise Closed

    def close(self) -> bool:
        """The caller goes. False if it had gone before."""
        with self._changed:
            if self._closed:
                return False
            self._closed = True
            self._lists.clear()
            self._changed.notify_all()
            return True
