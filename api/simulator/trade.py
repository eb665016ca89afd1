"""How much trade a restaurant has at an instant: by hour, weekday, closed days and growth.

All of it follows from the clock. So the past has the same volume as live trade.
"""

import math
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from api.simulator.catalogue import HOURLY, Restaurant

_EASTERN = -5 * 3600  # seconds from UTC to Eastern time, roughly: without summer time
_DAY, _YEAR = 86_400, 365.25 * 86_400
_NIGHT = 4 * 3_600  # guests after midnight belong to the day before
_WEEKDAYS = (0.80, 0.85, 0.95, 1.00, 1.25, 1.30, 0.85)  # from Monday on; the mean is 1
_GROWTH = 0.2  # how far above and below its mean a restaurant is within a year
_THURSDAY = 3


def busyness(clock: float, utc_offset: int = _EASTERN) -> float:
    """How busy a restaurant is at this instant, by its clock; the mean over a day is 1."""
    hour = (clock + utc_offset) % _DAY / 3_600
    before = int(hour) % 24
    share = hour - int(hour)
    return HOURLY[before] * (1 - share) + HOURLY[(before + 1) % 24] * share


def load(place: Restaurant, clock: int) -> float:
    """The share of a restaurant in the orders of this instant; on the mean its weight."""
    offset = _utc_offset(place.time_zone, clock // 3_600)
    day = (clock + offset - _NIGHT) // _DAY
    return place.weight * _of_day(place.closed_on, day) * _growth(place, clock) * busyness(clock, offset)


@lru_cache(maxsize=1_024)
def _utc_offset(time_zone: str, hour: int) -> int:
    """Seconds from UTC to the restaurant's clock in this hour since 1970."""
    offset = datetime.fromtimestamp(hour * 3_600, ZoneInfo(time_zone)).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _of_day(closed_on: int | None, day: int) -> float:
    """How busy a business day is, as days since 1970; 0 when the restaurant is closed."""
    weekday = (day + _THURSDAY) % 7  # 1970 began on a Thursday
    if weekday == closed_on:
        return 0
    return _WEEKDAYS[weekday] * (1 if closed_on is None else 7 / (7 - _WEEKDAYS[closed_on]))


def _growth(place: Restaurant, clock: int) -> float:
    """Some restaurants grow while others shrink, so that all together stay as they are."""
    return 1 + _GROWTH * math.sin(math.tau * (clock / _YEAR + place.phase))
