"""The largest memory of processes during a measurement."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Self

import psutil


class Peaks:
    """The greatest value of each quantity inside the context. It looks every `seconds`."""

    def __init__(self, sizes: Mapping[str, Callable[[], float]], seconds: float = 0.05) -> None:
        self._sizes = sizes
        self._seconds = seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="peaks", daemon=True)
        self.values = dict.fromkeys(sizes, 0.0)
        """In the unit of the quantity; complete on exit of the context."""

    def __enter__(self) -> Self:
        self._look()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._look()

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            self._look()

    def _look(self) -> None:
        for name, size in self._sizes.items():
            self.values[name] = max(self.values[name], size())


def resident(pid: int) -> float:
    """MB of memory of the process (RSS); 0 when it has ended."""
    try:
        return float(psutil.Process(pid).memory_info().rss) / 1e6
    except psutil.Error:
        return 0.0


def own(pids: Sequence[int]) -> float:
    """MB of memory of these processes, without files and shared memory."""
    # Not USS, which counts the pages of a shared segment that no other process has touched: they can be most of them.
    return sum(_own(pid) for pid in pids)


def proportional(pids: Sequence[int]) -> float:
    """MB of memory of these processes, with their part of what they share (PSS)."""
    return sum(_proportional(pid) for pid in pids)


def _own(pid: int) -> float:
    try:
        memory = psutil.Process(pid).memory_info()
    except psutil.Error:
        return 0.0
    return float(memory.rss - memory.shared) / 1e6


def _proportional(pid: int) -> float:
    try:
        return float(psutil.Process(pid).memory_full_info().pss) / 1e6
    except psutil.Error:
        return 0.0
