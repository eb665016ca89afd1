"""The frames of the past, from a process of their own: making them and storing them takes a core each."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial

from local.past.errors import PartInterrupted, PastError
from sse_ingest.sources.reader import Reader
from sse_ingest.sources.sse_decoder import Decoder, Frame

_CHUNK = 64 * 1024  # bytes in one read
_MOST_PENDING = 8 * 1024 * 1024
_TICK_SECONDS = 0.25


class PastSource:
    """A Source of sse_ingest: a part of the past, to its end."""

    down_seconds = 0.0

    def __init__(self, part: int) -> None:
        self._part = part
        self._reader: Reader | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def batches(self, after: str, stop: Callable[[], bool]) -> Iterator[list[Frame]]:
        """The frames after that position."""
        known = after.rpartition("-")[2] or "0"
        command = [
            sys.executable,
            "-m",
            "api.simulator.past_events",
            "--part",
            str(self._part),
            "--after",
            known,
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self._reader = Reader(partial(self._read, self._process), after, _MOST_PENDING)
        yield from self._reader.lists(stop, _TICK_SECONDS)

    @property
    def pending(self) -> bool:
        """Whether more frames can be read without waiting."""
        return self._reader is not None and self._reader.pending

    def head(self) -> int | None:
        """Unknown: the number of events shows when they are made."""
        return None

    def close(self) -> None:
        """End the process and the thread."""
        if self._process is not None:
            self._process.terminate()
        if self._reader is not None:
            self._reader.close()
        if self._process is not None:
            self._process.wait()

    def _read(self, process: subprocess.Popen[bytes], reader: Reader) -> bool:
        assert process.stdout is not None
        reader.connected()
        decoder = Decoder(reader.position)
        with process.stdout as output:
            while chunk := output.read(_CHUNK):
                reader.deliver(partial(decoder.decode, chunk), len(chunk))
        if (code := process.wait()) < 0:
            raise PartInterrupted(f"Signal {-code} ended python -m api.simulator.past_events.")
        if code:
            raise PastError(f"python -m api.simulator.past_events ended with exit code {code}: see above.")
        return True
