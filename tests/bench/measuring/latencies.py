"""How long events take from publishing to being visible: the times of publishing beside the times of commits."""

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
from tests.bench.measuring.checkpoint import Commit

_STOP_SECONDS = 20


@dataclass(frozen=True)
class Posted:
    """One request: when it was sent (seconds of the monotonic clock), how many seconds late, its events' offsets."""

    sent: float
    late: float
    offsets: list[int]


def latencies(posted: Sequence[Posted], commits: Sequence[Commit]) -> Iterator[float]:
    """Milliseconds from sending to being visible, per event. RuntimeError for an event that never was."""
    upto = [commit.offset for commit in commits]
    for request in posted:
        for offset in request.offsets:
            place = bisect_left(upto, offset)
            if place == len(commits):
                raise RuntimeError(f"event {offset:,} was not seen committed")
            yield (commits[place].at - request.sent) * 1e3


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that is not exceeded by this share (0 to 1) of the values."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


class Paced:
    """`tests.bench.processes.paced` in a process of its own: a context, which publishes from its beginning."""

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
        self._process.stdin = None  # else communicate() closes it again
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(_STOP_SECONDS)
        for pipe in (self._process.stdout, self._process.stderr):
            assert pipe is not None
            pipe.close()

    def check(self) -> None:
        """RuntimeError when the publisher has failed."""
        if self._process.poll():
            raise RuntimeError(f"the publisher failed: {self.result()}")

    def result(self) -> list[Posted]:
        """Wait for the end; the requests in the order of sending."""
        output, errors = self._process.communicate()
        if self._process.returncode:
            raise RuntimeError(f"the publisher failed: {errors.decode(errors='replace')[-500:]}")
        return [Posted(*request) for request in msgspec.json.decode(output)]
