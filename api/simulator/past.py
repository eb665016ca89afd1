"""The past of a new world: which seconds it has, and how much of it is loaded. A file beside the log says so.

The events of the past are those of the world itself, from its slots before its first live second. So the past has the
volume of live trade, and its orders go on in live trade. The service publishes none of them: they are loaded as a
stream of their own, beside the live one.
"""

import json
import math
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

DAY = 86_400
WEEK = 7 * DAY
PAST = ".past"
"""The suffix of the file."""
_MOST_EVENTS = 5_000_000  # at a high rate the past is shorter


@dataclass(frozen=True, slots=True)
class Past:
    """The seconds from `first` to `end` of a world. It has weeks; week 0 is the newest and is loaded first."""

    world: str
    first: int
    end: int
    events: int
    """About how many events it has."""
    weeks_loaded: int = 0
    before: int = 0
    """How many events the loaded weeks have."""
    loaded: int = 0
    """How many events are in the warehouse."""

    @property
    def weeks(self) -> int:
        """How many there are, the oldest one perhaps in part."""
        return math.ceil((self.end - self.first) / WEEK)

    @property
    def days(self) -> int:
        """How many days that are."""
        return round((self.end - self.first) / DAY)

    @property
    def is_complete(self) -> bool:
        """Whether all of it is loaded."""
        return self.weeks_loaded >= self.weeks

    @property
    def percent(self) -> int:
        """How much of it is loaded."""
        return 100 if self.is_complete else min(99, 100 * self.loaded // max(self.events, 1))

    def week(self, number: int) -> tuple[int, int]:
        """Its first second, and the first one after it."""
        until = self.end - number * WEEK
        return max(until - WEEK, self.first), until


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
    """Write the file as a whole or not at all."""
    new = path.with_name(path.name + ".new")
    new.touch()
    new.chmod(0o600)
    new.write_text(json.dumps(asdict(past)))
    new.replace(path)
