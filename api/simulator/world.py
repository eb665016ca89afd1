"""Restaurants that are always busy: a pure function of a seed and the clock.

A world is divided into slots of one second. The orders that start in a slot, with all that becomes of them, follow
from the seed, the rate and the slot alone; so do their ids. Asking twice gives the same events, and two slots, or
two worlds, never share an id. Beside the orders the world tells its menu, dish by dish, and who its guests are.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from uuid import UUID

from faker import Faker

from api.log.interface import Draft
from api.simulator.catalogue import HOURLY, MENU, RESTAURANTS, WORDS
from api.simulator.order_lifecycle import (
    EVENTS_AN_ORDER,
    INTRODUCTIONS_AN_ORDER,
    DishChanged,
    Emission,
    Order,
)

HORIZON = 160  # seconds after which nothing more becomes of an order
LATE = 300  # seconds that a late event may be held back beyond that
_UTC_OFFSET = -5 * 3600  # about the restaurants' clocks; their guests keep no summer time
_DISH_SECONDS = 15  # from one dish of the menu to the next
_DISH_SHARE = 0.05  # of the events at most, where these are few


@dataclass(frozen=True, slots=True)
class Faults:
    """The fault dial: the share of events that it befalls."""

    duplicates: float = 0
    out_of_order: float = 0
    late: float = 0
    malformed: float = 0


def busyness(clock: float) -> float:
    """How busy the restaurants are now; the mean over a day is 1."""
    hour = (clock + _UTC_OFFSET) % 86_400 / 3_600
    before = int(hour) % 24
    share = hour - int(hour)
    return HOURLY[before] * (1 - share) + HOURLY[(before + 1) % 24] * share


class World:
    """All orders of a seed at a rate (events a second; infinite means `max`)."""

    def __init__(self, seed: int, rate: float, faults: Faults | None = None) -> None:
        self.seed = seed
        self.rate = rate
        self.faults = faults or Faults()
        called = f"{seed}|{'max' if math.isinf(rate) else repr(rate)}"
        self.name = f"v2|{called}"
        self._bursts = f"v1|{called}|burst"
        self._dish_seconds = max(_DISH_SECONDS, math.ceil(1 / _DISH_SHARE / rate)) if rate else 0
        fake = Faker("en_CA")
        fake.seed_instance(seed)
        self._comments = [fake.sentence(nb_words=8, ext_word_list=WORDS) for _ in range(200)]
        self._guests = [fake.bothify("CUST-#####") for _ in range(2_000)]

    def slot(self, second: int) -> list[Emission]:
        """All that becomes of the orders that start in this second, by the time it is sent."""
        if not self.rate:
            return []
        rng = Random(f"{self.name}|{second}")  # noqa: S311 - repeatable is what is wanted
        of_orders = self.rate - 1 / self._dish_seconds
        expected = of_orders / (EVENTS_AN_ORDER + INTRODUCTIONS_AN_ORDER) * busyness(second)
        orders = int(expected) + (rng.random() < expected % 1)
        found = self._menu(second)
        found += [e for _ in range(orders) for e in self._order(rng, second + rng.random(), with_guests=True)]
        return sorted(self._with_faults(found, second), key=lambda emission: emission.due)

    def burst(self, clock: int, orders: int = 100) -> list[Draft]:
        """Whole orders that have all ended by this clock (microseconds), for a service that is asked for `max`.

        Orders only: they are what every throughput is measured with.
        """
        rng = Random(f"{self._bursts}|{clock}")  # noqa: S311 - repeatable is what is wanted
        starts = (clock / 1e6 - HORIZON - 10 * rng.random() for _ in range(orders))
        found = [e for start in starts for e in self._order(rng, start, with_guests=False)]
        emissions = sorted(self._with_faults(found, clock), key=lambda emission: emission.due)
        return [emission.draft for emission in emissions]

    def _order(self, rng: Random, start: float, *, with_guests: bool) -> list[Emission]:
        return Order(rng, start, self._guests, self._comments).emissions(with_guests=with_guests)

    def _menu(self, second: int) -> list[Emission]:
        """One dish after the other, told by the head of the group."""
        turn, rest = divmod(second, self._dish_seconds)
        if rest:
            return []
        rng = Random(f"{self.name}|menu|{second}")  # noqa: S311 - repeatable is what is wanted
        return DishChanged(rng, second, RESTAURANTS[0]).emissions(MENU[turn % len(MENU)])

    def _with_faults(self, emissions: list[Emission], salt: int) -> Iterator[Emission]:
        dial = self.faults
        if not any((dial.duplicates, dial.out_of_order, dial.late, dial.malformed)):
            yield from emissions
            return
        rng = Random(f"{self.name}|faults|{salt}")  # noqa: S311 - repeatable is what is wanted
        for emission in emissions:
            due, draft = emission.due, emission.draft
            if rng.random() < dial.duplicates:
                yield Emission(due + rng.uniform(0.1, 5), replace(draft, unchecked=True))
            if rng.random() < dial.malformed:
                yield Emission(due, _broken(rng, draft))
            if rng.random() < dial.out_of_order:
                due += rng.uniform(0.5, 5)
            if rng.random() < dial.late:
                due += rng.uniform(60, LATE)
            yield Emission(due, draft)


def _broken(rng: Random, draft: Draft) -> Draft:
    """Bytes of the kind that a foreign producer sends. They come beside the event, so that no order is incomplete."""
    before = b'{"event_id":"%s","event_type":"%s","ts":"%s","partition_key":"%s","payload":' % (
        str(UUID(int=rng.getrandbits(128), version=4)).encode(), draft.event_type.encode(), draft.ts.encode(),
        draft.partition_key.encode(),
    )  # fmt: skip
    whole = before + draft.payload + b"}"
    return replace(draft, event_id=None, payload=rng.choice((
        whole[: len(whole) // 2],
        before.replace(draft.ts.encode(), b"yesterday") + draft.payload + b"}",
        before + b'"not an object"}',
        before + b'{"order_id":"42","note":"a \\u0000 in a text"}}',
        b"<html><body>502 Bad Gateway</body></html>",
        b'{"event_id":"\xff\xfe"}',
    )))  # fmt: skip
