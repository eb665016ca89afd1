"""For how long the machine was busy: a bound on a time is meant for a machine that is not."""

import os
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


class Contention:
    """The seconds, since this was made, in which some process waited for a processor, a disk or memory.

    `assert took < 2 + busy.seconds` holds a quiet machine to two seconds, and forgives a busy one what it could not do.
    Where the kernel does not account for pressure nothing is forgiven.
    """

    def __init__(self) -> None:
        self._before = _waited()

    @property
    def seconds(self) -> float:
        return _waited() - self._before


def _waited() -> float:
    return _stolen() + sum(_pressure(resource) for resource in ("cpu", "io", "memory"))


def _pressure(resource: str) -> float:
    """The total of the line `some avg10=0.00 avg60=0.00 avg300=0.00 total=1234`, which counts microseconds."""
    with suppress(OSError):
        some = Path("/proc/pressure", resource).read_text().splitlines()[0]
        return int(some.rpartition("=")[2]) / 1e6
    return 0.0


def _stolen() -> float:
    """What the host of a virtual machine gave to others: the eighth number of the line `cpu …`, over all processors."""
    return int(Path("/proc/stat").read_text().split(maxsplit=9)[8]) / _TICKS
