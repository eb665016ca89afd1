"""The checkpoint of the warehouse, watched from a connection of its own: what is committed for other sessions."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import psycopg

from tests.bench.measuring.cpu import CpuMeter

PAUSE = 0.01
"""Seconds between two looks: much shorter than the commit of a full batch, and 2% of a core."""
_CHECK_SECONDS = 0.1
_SLOWEST = 1_000  # events/s; below that, waiting ends with an error
_OFFSET = "SELECT event_offset FROM raw_data.stream_checkpoints WHERE stream = %s"
_HOLDER = "SELECT holder FROM raw_data.stream_checkpoints WHERE stream = %s"


@dataclass(frozen=True)
class Commit:
    """A committed offset, and when it was first seen (seconds of the monotonic clock)."""

    at: float
    offset: int


@dataclass(frozen=True)
class Drain:
    """How a backlog was ingested: events per second, and CPU microseconds per event and family of processes."""

    rate: float
    cpu: Mapping[str, float]


class Watch:
    """A connection that looks at the checkpoint of a stream; a context."""

    def __init__(self, database_url: str, stream: str = "restaurant") -> None:
        self._stream = [stream]
        self._connection = psycopg.connect(database_url, autocommit=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def offset(self) -> int:
        """The last offset that is committed; 0 before the first."""
        row = self._connection.execute(_OFFSET, self._stream, prepare=True).fetchone()
        return int(row[0] or 0) if row else 0

    def holder(self) -> str:
        """The holder of the lease (`host:pid`); empty without one."""
        row = self._connection.execute(_HOLDER, self._stream).fetchone()
        return str(row[0] or "") if row else ""

    def follow(
        self, upto: int, check: Callable[[], object], *, pause: float = PAUSE, seconds: float | None = None
    ) -> Iterator[Commit]:
        """Each new offset until `upto` is committed. RuntimeError when that takes longer than `seconds`.

        It looks every `pause` seconds, and calls `check` ten times per second, which raises to end the waiting.
        """
        last = self.offset()
        began = checked = time.monotonic()
        limit = seconds or 60 + (upto - last) / _SLOWEST
        while last < upto:
            offset, now = self.offset(), time.monotonic()
            if offset != last:
                last = offset
                yield Commit(now, offset)
            if now - checked > _CHECK_SECONDS:
                checked = now
                check()
            if now - began > limit:
                raise RuntimeError(f"{last:,} of {upto:,} events were committed after {limit:.0f} s")
            time.sleep(pause)


def steady_rate(commits: Sequence[Commit]) -> float:
    """Events per second from the first commit that was seen to the last, so that the start does not count."""
    if len(commits) < 2:
        raise RuntimeError("fewer than two commits were seen: there is no rate between them")
    return (commits[-1].offset - commits[0].offset) / (commits[-1].at - commits[0].at)


def measure_drain(
    watch: Watch,
    upto: int,
    families: Callable[[], Mapping[str, int]],
    check: Callable[[], object] = lambda: None,
    seconds: float | None = None,
) -> Drain:
    """Wait until the backlog is ingested. `families` names the processes; it is called at the first commit."""
    commits: list[Commit] = []
    meter = CpuMeter({})
    for commit in watch.follow(upto, check, seconds=seconds):
        if not commits:
            meter = CpuMeter(families())
        commits.append(commit)
    rate = steady_rate(commits)
    return Drain(rate, meter.microseconds_per(commits[-1].offset - commits[0].offset))
