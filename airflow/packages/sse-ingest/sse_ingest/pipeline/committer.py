"""Commits one batch while the next is read and formatted: a thread between the loop and the store.

Batching is natural. While nothing more is there to be read, whatever has come is committed as soon as the last commit
is through, so that latency is small; while there is more, batches fill up to their limit.
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
    """A context: entered it starts, left it has committed what it was given, or raised why not.

    Left by an error that is not ours, it commits nothing more.

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
        self._torn = False
        self._draining = False
        self._closed = False
        self._error: BaseException | None = None
        # What the caller has in context variables, processors find there too.
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
                with suppress(BaseException):  # the first error is the one to tell
                    self.drain()
            # Any other can have come in the midst of `add`, as a signal's does. What is dropped will be read again.
        finally:
            with self._changed:
                self._closed = True
                self._changed.notify_all()
            self._thread.join()
            self._error = None  # its traceback holds the batch, and us

    def add(self, items: Sequence[Item], *, more: bool) -> None:
        """Take items, waiting while a whole batch waits. `more` says that others can be added at once.

        Raises what a commit has raised.
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
        """Some of the items from there on; where the rest begins. What it leaves undone nobody may commit."""
        self._torn = True
        start += self._next.take(items[start : start + _AT_ONCE])
        self._torn = False
        return start

    @property
    def idle(self) -> bool:
        """Whether everything that was added is committed."""
        with self._changed:
            return not (self._error or self._busy or self._next)

    def check(self) -> None:
        """Raise what a commit has raised."""
        with self._changed:
            self._check()

    def drain(self) -> None:
        """Return when everything is committed. Raises what a commit has raised."""
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
                self._leave(error)
                return
            self._rest(len(batch), time.monotonic() - began)
            self._leave(None)

    def _rest(self, events: int, seconds: float) -> None:
        """Keep the pace, if there is one: what the commit of so many events left of their time is others'."""
        if self._settings.pace is not None:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._closed or self._draining, events / self._settings.pace - seconds
                )

    def _take(self) -> Batch | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or (self._due and not self._torn))
            if self._closed:
                return None
            batch, self._next = self._next, Batch(self._settings)
            self._busy, self._due = True, False
            self._changed.notify_all()
            return batch

    def _leave(self, error: BaseException | None) -> None:
        with self._changed:
            self._busy, self._error = False, error
            self._changed.notify_all()
