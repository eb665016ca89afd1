"""The course of an order: how it is served, and what happens to it hours or days later."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Literal

_HOUR = 3_600
PICKED_UP, CATERED, TIP_ADDED = 2 * _HOUR, 20 * _HOUR, _HOUR * 3 // 2
REFUNDS = (26 * _HOUR, 74 * _HOUR)
LAGS = (PICKED_UP, CATERED, TIP_ADDED, *REFUNDS)
"""Seconds after which an order can go on. They are few, so that the world finds these orders by their second."""

_PRE_ORDERED, _TIPPED_LATER, _REFUNDED_LATER = 0.08, 0.08, 0.008
_CHANNELS: Mapping[str, tuple[str, ...]] = {
    "dine_in": ("pos", "pos", "tablet"),
    "takeout": ("pos", "phone", "web", "app", "kiosk"),
    "delivery": ("web", "app", "marketplace"),
    "drive_thru": ("pos",),
    "bar": ("pos",),
    "curbside": ("app", "web"),
    "room_service": ("phone",),
    "catering": ("phone", "web"),
    "other": ("pos",),
}
_SERVICES = tuple(_CHANNELS)
_SHARES = tuple(accumulate((42, 20, 14, 7, 7, 4, 3, 1, 2)))  # in percent
_TABLE = ((1, 2, 3, 4, 5, 6, 8, 10, 12), (12, 38, 14, 18, 6, 6, 3, 2, 1))  # guests, and how often
_AT_THE_TABLE = {"dine_in", "bar", "room_service"}
_TO_COLLECT = {"takeout", "curbside", "delivery"}


@dataclass(frozen=True, slots=True)
class Course:
    """What is decided about an order when it begins."""

    service: str
    channel: str
    guest_count: int | None
    later: Literal["", "served", "tipped", "refunded"] = ""
    lag: int = 0
    """Seconds until that happens; 0 when nothing does."""

    @property
    def is_paid_last(self) -> bool:
        """Whether guests pay after they ate."""
        return self.service in _AT_THE_TABLE


def choose(rng: Random) -> Course:
    """A course, by chance."""
    service = rng.choices(_SERVICES, cum_weights=_SHARES)[0]
    channel = rng.choice(_CHANNELS[service])
    guests = _guests(rng, service)
    chance = rng.random()
    if service == "catering":
        return Course(service, channel, guests, "served", CATERED)
    if service in _TO_COLLECT and chance < _PRE_ORDERED:
        return Course(service, rng.choice(("web", "app")), guests, "served", PICKED_UP)
    if service in _AT_THE_TABLE and chance < _TIPPED_LATER:
        return Course(service, channel, guests, "tipped", TIP_ADDED)
    if chance > 1 - _REFUNDED_LATER:
        return Course(service, channel, guests, "refunded", rng.choice(REFUNDS))
    return Course(service, channel, guests)


def _guests(rng: Random, service: str) -> int | None:
    """How many, where the staff sees them."""
    if service == "catering":
        return rng.randrange(25, 61)
    if service == "dine_in":
        return rng.choices(*_TABLE)[0]
    return rng.randint(1, 3) if service in _AT_THE_TABLE else None
