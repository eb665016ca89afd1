"""A source in memory, read by the thread and the decoder that read a real source."""

import time
from collections.abc import Callable, Iterator
from functools import partial

from sse_ingest.sources.reader import Reader
from sse_ingest.sources.sse_decoder import Decoder, Frame

_CHUNK = 64 * 1024  # bytes: about what one read of a socket returns
_MOST_PENDING = 8 * 1024 * 1024
_TICK_SECONDS = 0.25


class MemorySource:
    """A Source of sse_ingest that yields these bytes of SSE and ends."""

    down_seconds = 0.0

    def __init__(self, blob: bytes) -> None:
        self._blob = memoryview(blob)
        self._reader: Reader | None = None
        self.began = 0.0
        """The start of reading, by time.perf_counter()."""

    def batches(self, after: str, stop: Callable[[], bool]) -> Iterator[list[Frame]]:
        self._reader = Reader(self._read, after, _MOST_PENDING)
        yield from self._reader.lists(stop, _TICK_SECONDS)

    @property
    def pending(self) -> bool:
        return self._reader is not None and self._reader.pending

    def head(self) -> int | None:
        return None

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()

    def _read(self, reader: Reader) -> bool:
        self.began = time.perf_counter()
        decoder = Decoder(reader.position)
        for start in range(0, len(self._blob), _CHUNK):
            chunk = bytes(self._blob[start : start + _CHUNK])
            reader.deliver(partial(decoder.decode, chunk), len(chunk))
        return True
