"""Reads the newest offset of the source in the background, so that no other thread waits for the answer."""

import threading

from sse_ingest.sources.base import Source

_SECONDS = 2.0


class HeadWatcher:
    """Updates `value()` in a thread until closed. Without a source that reports its head, `value()` stays None."""

    def __init__(self, source: Source | None) -> None:
        self._source = source
        self._value: int | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="sse-ingest-head", daemon=True)
        self._thread.start()

    def value(self) -> int | None:
        """The newest offset that the source has reported last; None when it reports none."""
        return self._value

    def close(self) -> None:
        self._stop.set()
        if self._source is not None:
            self._source.close()
        self._thread.join()

    def _watch(self) -> None:
        while self._source is not None and not self._stop.is_set():
            self._value = self._source.head()
            self._stop.wait(_SECONDS)
