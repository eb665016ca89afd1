"""Reads a source in a thread: connects, reads, and connects again, until the caller closes it."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from itertools import chain

import httpx

from sse_ingest.errors import SourceUnavailable
from sse_ingest.sources.backoff import Backoff
from sse_ingest.sources.bounded_queue import BoundedQueue, Closed, Piece
from sse_ingest.sources.cancellation import Cancellation
from sse_ingest.sources.sse_decoder import Frame

log = logging.getLogger("sse_ingest.source")

_STOP_CHECK_SECONDS = 0.05
_JOIN_SECONDS = 0.1
_STABLE_SECONDS = 10.0


class Reader:
    """Runs `attempt(reader)` again and again in a thread, and hands its frames to `lists()`.

    An attempt opens one connection and calls `connected()` and `deliver()`. It returns True when the source has
    no more events. It returns False, or raises a transient error, to be run again after a pause.
    """

    def __init__(self, attempt: Callable[["Reader"], bool], after: str, max_pending_bytes: int) -> None:
        self.position = after
        self.cancellation = Cancellation()
        self.backoff = Backoff()
        self.down_since: float | None = time.monotonic()
        self._attempt = attempt
        self._queue = BoundedQueue(max_pending_bytes)
        self._thread = threading.Thread(target=self._run, name="sse-ingest-reader", daemon=True)
        self._thread.start()

    def lists(self, stop: Callable[[], bool], tick_seconds: float) -> Iterator[list[Frame]]:
        """Frames in order, as they arrive; [] whenever nothing arrived for `tick_seconds`."""
        last_yield = time.monotonic()
        while not stop():
            quiet = last_yield + tick_seconds - time.monotonic()
            pieces = self._queue.get(min(max(quiet, 0), _STOP_CHECK_SECONDS))
            if pieces is None:
                return
            frames = list(chain.from_iterable(piece() for piece in pieces))
            if frames:
                self.backoff.reset()
            self._queue.decoded()
            # Yield also when the pieces hold no whole frame: the caller was promised more by `pending`.
            if pieces or time.monotonic() - last_yield >= tick_seconds:
                yield frames
                last_yield = time.monotonic()

    @property
    def pending(self) -> bool:
        """Whether `lists()` can yield more frames at once."""
        return self._queue.pending

    def connected(self) -> None:
        """The source has accepted the connection."""
        self.down_since = None

    def deliver(self, piece: Piece, size: int) -> None:
        """Pass a piece of `size` bytes to the caller; wait while the caller is behind."""
        self._queue.put(piece, size)

    def pause(self, seconds: float) -> None:
        """Sleep. Raises Closed as soon as the caller closes."""
        self._queue.pause(seconds)

    def close(self) -> None:
        """End the thread. One that is blocked in a connect ends by itself at the connect timeout."""
        if not self._queue.close():
            return
        self.cancellation.cut()
        self._thread.join(_JOIN_SECONDS)

    def _run(self) -> None:
        try:
            while not self._try():
                pass
            self._queue.end()
        except Closed:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread, by lists()
            self._queue.end(error)

    def _try(self) -> bool:
        started = time.monotonic()
        requested_pause = 0.0
        try:
            if self._attempt(self):
                return True
            reason = "the source ended the connection"
        except httpx.RequestError as error:
            reason = f"{type(error).__name__}: {error}".rstrip(": ")
        except SourceUnavailable as error:
            reason = str(error)
            requested_pause = error.retry_after or 0.0
        finally:
            self.cancellation.release()
        self._queue.wait_until_decoded()  # the pieces may hold the newest position, and the pause in `retry:`
        if self.down_since is None:
            self.down_since = time.monotonic()
        if time.monotonic() - started >= _STABLE_SECONDS:
            self.backoff.reset()
        delay = max(self.backoff.next_delay(), requested_pause)
        log.info("reading broke off at %r: %s. Connecting again in %.2f s.", self.position, reason, delay)
        self.pause(delay)
        return False
