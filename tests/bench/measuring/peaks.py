"""How large processes get while something happens."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Self

import psutil


class Peaks:
    """The greatest value of each quantity while the context is entered, looked at every so many seconds."""

    def __init__(self, sizes: Mapping[str, Callable[[], float]], seconds: float = 0.05) -> None:
        self._sizes = sizes
        self._seconds = seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="peaks", daemon=True)
        self.values = dict.fromkeys(sizes, 0.0)
        """In the unit of the quantity; complete when the context is left."""

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
    """MB that the process has in memory (RSS); 0 when it is gone."""
    try:
        return float(psutil.Process(pid).memory_info().rss) / 1e6
    except psutil.Error:
        return 0.0


def own(pids: Sequence[int]) -> float:
    """MB that these processes have in memory for themselves: neither files nor what is shared with others."""
    # Not USS: that has of a shared segment the pages that nobody else has touched, which may be most of them.
    return sum(_own(pid) for pid in pids)


def proportional(pids: Sequence[int]) -> float:
    """MB of these processes, what is shared divided among all that share it (PSS)."""
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
