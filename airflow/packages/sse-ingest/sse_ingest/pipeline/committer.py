"""Commits one batch in a thread while the next one is read and formatted.

The size of a batch follows the load. When no more events can be read at once, the batch is committed as soon as the
previous commit is done, so that latency is small. While there are more, a batch fills up to its limit.
"""

import contextvars
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Self

from sse_ingest.errors import IngestError
from sse_ingest.settings import Settings
from sse_ingest.store.batch import Batch, Item
from sse_ingest.store.store import Store, Tally

_AT_ONCE = 200  # items formatted without letting the thread take the batch


class Committer:
    """A context manager. It starts a thread; at the end of the block it commits the remaining items, or raises why not.

    When the block ends by an error that is no IngestError, it commits nothing more.

    `on_commit` is called in the thread, after each commit.
    """

    def __init__(self, store: Store, settings: Settings, on_commit: Callable[[Tally, Batch], None]) -> None:
        self._store = store
        self._settings = settings
        self._on_commit = on_commit
        self._changed = threading.Condition()
        self._next = Batch(settings)
        self._due = False
        self._busy = False
        self._half_added = False
        self._draining = False
        self._closed = False
        self._error: BaseException | None = None
        # Processors see the context variables of the caller.
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=context.run, args=(self._run,), name="sse-ingest-committer", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            if error is None:
                self.drain()
            elif isinstance(error, IngestError):
                with suppress(BaseException):  # only the first error is reported
                    self.drain()
            # Any other error, such as that of a signal, may have interrupted `add`. Dropped items are read again.
        finally:
            with self._changed:
                self._closed = True
                self._changed.notify_all()
            self._thread.join()
            self._error = None  # its traceback refers to the batch and to this object

    def add(self, items: Sequence[Item], *, more: bool) -> None:
        """Add items; wait while a full batch waits for its commit. `more`: further items can be added at once.

        Raises the error of a failed commit.
        """
        start = 0
        while start < len(items):
            with self._changed:
                self._changed.wait_for(lambda: self._error or not self._next.full)
                self._check()
                start = self._add(items, start)
                self._become_due(self._next.full)
        with self._changed:
            self._become_due(not more)

    def _add(self, items: Sequence[Item], start: int) -> int:
        """Add items from `start` on; returns the index of the first one that is left. An interrupted call leaves the
        batch half added, and then it must not be committed.
        """
        self._half_added = True
        start += self._next.take(items[start : start + _AT_ONCE])
        self._half_added = False
        return start

    @property
    def idle(self) -> bool:
        """Whether everything that was added is committed."""
        with self._changed:
            return not (self._error or self._busy or self._next)

    def check(self) -> None:
        """Raise the error of a failed commit."""
        with self._changed:
            self._check()

    def drain(self) -> None:
        """Wait until everything is committed. Raises the error of a failed commit."""
        with self._changed:
            self._draining = True
            self._changed.notify_all()
            self._become_due(True)
            self._changed.wait_for(lambda: self._error or not (self._busy or self._next))
            self._check()

    def _become_due(self, due: bool) -> None:
        if due and self._next:
            self._due = True
            self._changed.notify_all()

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while (batch := self._take()) is not None:
            began = time.monotonic()
            try:
                tally = self._store.commit_batch(batch)
                self._on_commit(tally, batch)
            except BaseException as error:  # noqa: BLE001 - raised again in the loop's thread
                self._finish(error)
                return
            self._rest(len(batch), time.monotonic() - began)
            self._finish(None)

    def _rest(self, events: int, seconds: float) -> None:
        """Keep the pace, if there is one: sleep for the time that the commit did not use."""
        if self._settings.pace is not None:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._closed or self._draining, events / self._settings.pace - seconds
                )

    def _take(self) -> Batch | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or (self._due and not self._half_added))
            if self._closed:
                return None
            batch, self._next = self._next, Batch(self._settings)
            self._busy, self._due = True, False
            self._changed.notify_all()
            return batch

    def _finish(self, error: BaseException | None) -> None:
        with self._changed:
            self._busy, self._error = False, error
            self._changed.notify_all()
