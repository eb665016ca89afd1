"""The past of a new world: which seconds it has, and how much of it is loaded. A file beside the log says so.

The events of the past are those of the world itself, from its slots before its first live second. So the past has the
volume of live trade, and its orders go on in live trade. The service publishes none of them: they are loaded as a
stream of their own, beside the live one.
"""

import json
import math
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

DAY = 86_400
WEEK = 7 * DAY
PAST = ".past"
"""The suffix of the file."""
_MOST_EVENTS = 5_000_000  # at a high rate the past is shorter
_AT_ONCE = 302_400  # events that are loaded without a pace: a week, at the rate of the example
_LEAST_SECONDS = 60  # of a part


@dataclass(frozen=True, slots=True)
class Past:
    """The seconds from `first` to `end` of a world. It has parts; part 0 is the newest and is loaded first."""

    world: str
    first: int
    end: int
    events: int
    """About how many events it has."""
    parts_loaded: int = 0
    before: int = 0
    """How many events the loaded parts have."""
    loaded: int = 0
    """How many events are in the warehouse."""

    @property
    def parts(self) -> int:
        """How many there are: the newest day, the rest of its week, and the weeks before.

        A week has fewer days at a high rate, so that no part has more events than a week at a low one.
        """
        return max(1, math.ceil((self.end - self.first) / self._stretch)) + self._has_first_day

    @property
    def days(self) -> int:
        """How many days that are."""
        return round((self.end - self.first) / DAY)

    @property
    def is_complete(self) -> bool:
        """Whether all of it is loaded."""
        return self.parts_loaded >= self.parts

    @property
    def percent(self) -> int:
        """How much of it is loaded."""
        return 100 if self.is_complete else min(99, 100 * self.loaded // max(self.events, 1))

    def part(self, number: int) -> tuple[int, int]:
        """Its first second, and the first one after it."""
        return max(self._border(number + 1), self.first), self._border(number)

    def is_urgent(self, number: int) -> bool:
        """Whether a part is loaded as fast as it goes."""
        return number <= self._has_first_day

    @property
    def _stretch(self) -> int:
        """The seconds of a week, or of fewer days."""
        rate = self.events / max(self.end - self.first, 1)
        return max(_LEAST_SECONDS, min(WEEK, int(_AT_ONCE / rate))) if rate else WEEK

    @property
    def _has_first_day(self) -> bool:
        """Whether the newest day is a part of its own."""
        return min(self._stretch, self.end - self.first) > DAY

    def _border(self, number: int) -> int:
        """Where a part ends, and the one after it begins."""
        if self._has_first_day:
            return self.end - (DAY if number == 1 else max(number - 1, 0) * self._stretch)
        return self.end - number * self._stretch


def plan(world: str, rate: float, days: int, end: int) -> Past | None:
    """The past that a world gets at its start; None when it gets none."""
    if not days or not rate or math.isinf(rate):
        return None
    seconds = min(days * DAY, int(_MOST_EVENTS / rate))
    return Past(world, end - seconds, end, int(seconds * rate))


def file_of(log: Path) -> Path:
    """The file of the past, beside the log."""
    return log.with_name(log.name + PAST)


def load(path: Path) -> Past | None:
    """What the file says; None when there is no past."""
    with suppress(OSError, ValueError, TypeError):
        return Past(**json.loads(path.read_text()))
    return None


def save(path: Path, past: Past) -> None:
    """Write the file as a whole or not at all, and return when it is durable."""
    new = path.with_name(path.name + ".new")
    new.touch()
    new.chmod(0o600)
    with new.open("w") as file:
        json.dump(asdict(past), file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
