"""The simulated restaurants: a pure function of a seed and the clock.

A world has slots of one second. The seed, the rate and the slot determine the orders that start in the slot, all their
events, and their ids. The same slot always gives the same events. Two slots, or two worlds, never share an id. Beside
the orders, the world publishes its menu dish by dish, and data of its guests.
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
    EVENTS_PER_ORDER,
    INTRODUCTIONS_PER_ORDER,
    DishChanged,
    Emission,
    Order,
)

HORIZON = 160  # seconds after which an order has no more events
LATE = 300  # seconds by which a late event can follow that
_UTC_OFFSET = -5 * 3600  # of the restaurants' clocks, roughly: without summer time
_DISH_SECONDS = 15  # from one dish of the menu to the next
_DISH_SHARE = 0.05  # of all events, at most, when the rate is low


@dataclass(frozen=True, slots=True)
class Faults:
    """The share of events with each fault."""

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
        parameters = f"{seed}|{'max' if math.isinf(rate) else repr(rate)}"
        self.name = f"v2|{parameters}"
        self._bursts = f"v1|{parameters}|burst"
        self._dish_seconds = max(_DISH_SECONDS, math.ceil(1 / _DISH_SHARE / rate)) if rate else 0
        fake = Faker("en_CA")
        fake.seed_instance(seed)
        self._comments = [fake.sentence(nb_words=8, ext_word_list=WORDS) for _ in range(200)]
        self._guests = [fake.bothify("CUST-#####") for _ in range(2_000)]

    def slot(self, second: int) -> list[Emission]:
        """All events of the orders that start in this second, in the order in which they are sent."""
        if not self.rate:
            return []
        rng = Random(f"{self.name}|{second}")  # noqa: S311 - repeatable is what is wanted
        of_orders = self.rate - 1 / self._dish_seconds
        expected = of_orders / (EVENTS_PER_ORDER + INTRODUCTIONS_PER_ORDER) * busyness(second)
        orders = int(expected) + (rng.random() < expected % 1)
        emissions = self._menu(second)
        emissions += [
            e for _ in range(orders) for e in self._order(rng, second + rng.random(), with_guests=True)
        ]
        return sorted(self._with_faults(emissions, second), key=lambda emission: emission.due)

    def burst(self, clock: int, orders: int = 100) -> list[Draft]:
        """Whole orders that have ended by this clock (microseconds), for EVENT_RATE=max.

        Orders only: every throughput is measured with them.
        """
        rng = Random(f"{self._bursts}|{clock}")  # noqa: S311 - repeatable is what is wanted
        starts = (clock / 1e6 - HORIZON - 10 * rng.random() for _ in range(orders))
        plain = [e for start in starts for e in self._order(rng, start, with_guests=False)]
        emissions = sorted(self._with_faults(plain, clock), key=lambda emission: emission.due)
        return [emission.draft for emission in emissions]

    def _order(self, rng: Random, start: float, *, with_guests: bool) -> list[Emission]:
        return Order(rng, start, self._guests, self._comments).emissions(with_guests=with_guests)

    def _menu(self, second: int) -> list[Emission]:
        """One dish after the other, under the code of the first restaurant."""
        turn, rest = divmod(second, self._dish_seconds)
        if rest:
            return []
        rng = Random(f"{self.name}|menu|{second}")  # noqa: S311 - repeatable is what is wanted
        return DishChanged(rng, second, RESTAURANTS[0]).emissions(MENU[turn % len(MENU)])

    def _with_faults(self, emissions: list[Emission], salt: int) -> Iterator[Emission]:
        faults = self.faults
        if not any((faults.duplicates, faults.out_of_order, faults.late, faults.malformed)):
            yield from emissions
            return
        rng = Random(f"{self.name}|faults|{salt}")  # noqa: S311 - repeatable is what is wanted
        for emission in emissions:
            due, draft = emission.due, emission.draft
            if rng.random() < faults.duplicates:
                yield Emission(due + rng.uniform(0.1, 5), replace(draft, unchecked=True))
            if rng.random() < faults.malformed:
                yield Emission(due, _broken(rng, draft))
            if rng.random() < faults.out_of_order:
                due += rng.uniform(0.5, 5)
            if rng.random() < faults.late:
                due += rng.uniform(60, LATE)
            yield Emission(due, draft)


def _broken(rng: Random, draft: Draft) -> Draft:
    """Bytes as a faulty producer sends them. They follow beside the event, so that every order stays complete."""
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
