"""How long events take from being made to being seen: what was posted when, beside what was committed when."""

import math
import os
import subprocess
import sys
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import msgspec

from local.settings import ROOT
from tests.bench.measuring.checkpoint import Seen

_STOP_SECONDS = 20


@dataclass(frozen=True)
class Posted:
    """One request: when it was sent, how late that was (seconds of the monotonic clock), its events' offsets."""

    sent: float
    late: float
    offsets: list[int]


def latencies(posted: Sequence[Posted], seen: Sequence[Seen]) -> Iterator[float]:
    """Milliseconds from sending to being seen, one an event. RuntimeError for one that was never seen."""
    upto = [one.offset for one in seen]
    for request in posted:
        for offset in request.offsets:
            place = bisect_left(upto, offset)
            if place == len(seen):
                raise RuntimeError(f"event {offset:,} was not seen committed")
            yield (seen[place].at - request.sent) * 1e3


def percentile(values: Sequence[float], share: float) -> float:
    """The least of the values that this share (0 to 1) of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


class Paced:
    """`tests.bench.processes.paced` in a process of its own; a context. Entered, it has begun."""

    def __init__(self, port: int, requests: Sequence[bytes], pause: float, connections: int) -> None:
        self._requests = requests
        self._command = [
            sys.executable,
            "-m",
            "tests.bench.processes.paced",
            str(port),
            str(pause),
            str(connections),
        ]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self._process.stdin is not None
        with self._process.stdin as stdin:
            stdin.write(msgspec.msgpack.encode(self._requests))
        self._process.stdin = None  # communicate() would want to close it again
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(_STOP_SECONDS)
        for pipe in (self._process.stdout, self._process.stderr):
            assert pipe is not None
            pipe.close()

    def check(self) -> None:
        """RuntimeError when it has failed."""
        if self._process.poll():
            raise RuntimeError(f"the publisher failed: {self.result()}")

    def result(self) -> list[Posted]:
        """Wait for its end; what it sent, in that order."""
        told, complaint = self._process.communicate()
        if self._process.returncode:
            raise RuntimeError(f"the publisher failed: {complaint.decode(errors='replace')[-500:]}")
        return [Posted(*one) for one in msgspec.json.decode(told)]
