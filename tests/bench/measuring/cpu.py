"""CPU time of processes with their descendants, including those that have ended."""

from collections.abc import Mapping

import psutil


class CpuMeter:
    """CPU seconds that named families of processes have used since this object was created.

    A family is a process with all its descendants. Ended children count when their parent has waited for them.
    """

    def __init__(self, families: Mapping[str, int]) -> None:
        self._families = {name: psutil.Process(pid) for name, pid in families.items()}
        self._before = {name: _used(process) for name, process in self._families.items()}

    def seconds(self) -> dict[str, float]:
        """By name of the family; 0 for a family that has ended."""
        return {name: max(_used(p) - self._before[name], 0.0) for name, p in self._families.items()}

    def microseconds_per(self, events: int) -> dict[str, float]:
        """The same per event, in microseconds."""
        return {name: seconds / events * 1e6 for name, seconds in self.seconds().items()}


def _used(process: psutil.Process) -> float:
    try:
        members = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    return sum(_own(member) for member in members)


def _own(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)
