"""The simulated restaurants: a pure function of a seed and the clock.

A world has slots of one second. The seed, the rate and the slot determine the orders that start in the slot, all their
events, and their ids. The same slot always gives the same events. Two slots, or two worlds, never share an id. Beside
the orders, the world publishes its menu dish by dish, and data of its guests.

Some orders go on hours or days later. Their second part belongs to the slot in which it happens: that slot finds these
orders by the few lags that are possible. So a publisher remembers no order.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random
from uuid import UUID

from faker import Faker

from api.log.interface import Draft
from api.simulator.catalogue import MENU, WORDS, Restaurant, restaurants
from api.simulator.orders.courses import LAGS, choose
from api.simulator.orders.full_order import EVENTS_PER_ORDER, FullOrder, Start
from api.simulator.orders.order_lifecycle import PlainOrder
from api.simulator.orders.reference_data import change_dish
from api.simulator.recorder import Emission, Recorder
from api.simulator.trade import load

HORIZON = 160  # seconds after which an order, or its second part, has no more events
LATE = 300  # seconds by which a late event can follow that
_DISH_SECONDS = 15  # from one dish of the menu to the next
_DISH_SHARE = 0.05  # of all events, at most, when the rate is low


@dataclass(frozen=True, slots=True)
class Faults:
    """The share of events with each fault."""

    duplicates: float = 0
    out_of_order: float = 0
    late: float = 0
    malformed: float = 0


class World:
    """All orders of a seed at a rate (events a second; infinite means `max`)."""

    def __init__(
        self, seed: int, rate: float, faults: Faults | None = None, *, with_yen: bool = False
    ) -> None:
        self.seed = seed
        self.rate = rate
        self.faults = faults or Faults()
        parameters = f"{seed}|{'max' if math.isinf(rate) else repr(rate)}"
        self.name = f"v3|{parameters}{'|yen' if with_yen else ''}"
        self._bursts = f"v1|{parameters}|burst"
        self._places = restaurants(with_yen=with_yen)
        self._dishes = [(place, dish) for place in self._menu_keepers() for dish in MENU]
        self._dish_seconds = max(_DISH_SECONDS, math.ceil(1 / _DISH_SHARE / rate)) if rate else 0
        fake = Faker("en_CA")
        fake.seed_instance(seed)
        self._minute = lru_cache(maxsize=max(16, int(5_000 / max(rate, 1))))(self._draw_minute)
        self._comments = [fake.sentence(nb_words=8, ext_word_list=WORDS) for _ in range(200)]
        self._guests = [fake.bothify("CUST-#####") for _ in range(2_000)]

    def slot(self, second: int, has_orders: Callable[[int], bool] = lambda _: True) -> list[Emission]:
        """All events of this second, in the order in which they are sent: of the orders that begin in it or go on.

        Orders begin only in a second that `has_orders`, and only these go on.
        """
        if not self.rate:
            return []
        emissions: list[Emission] = []
        if has_orders(second):
            emissions += self._menu(second)
            for start in self._starts(second):
                emissions += FullOrder(start, self._guests, self._comments).events()[0]
        for lag in LAGS:
            if has_orders(second - lag):
                for start in self._starts(second - lag):
                    if start.course.lag == lag:
                        emissions += FullOrder(start, self._guests, self._comments).events()[1]
        return sorted(self._with_faults(emissions, second), key=lambda emission: emission.due)

    def between(self, since: int, until: int, has_orders: Callable[[int], bool]) -> Iterator[Draft]:
        """The events that are due in these seconds, in their order. For a past, which has no faults.

        They are made minute by minute, so that only those of the orders in flight are in memory.
        """
        waiting: list[Emission] = []
        for minute in range((since - HORIZON) // 60, until // 60 + 1):
            for second in sorted(self._busy_seconds(minute)):
                waiting += self.slot(second, has_orders)
            waiting.sort(key=_due)
            ends = float(since), float(min(60 * minute + 60, until))
            first, end = (bisect_left(waiting, moment, key=_due) for moment in ends)
            yield from (emission.draft for emission in waiting[first:end])
            del waiting[:end]

    def _busy_seconds(self, minute: int) -> set[int]:
        """The seconds of a minute that have events. Most have none, and `between` passes them over."""
        start, every = minute * 60, self._dish_seconds
        seconds = set(range(-(-start // every) * every, start + 60, every))
        seconds.update(self._minute(minute))
        for lag in LAGS:  # whole minutes
            for second, starts in self._minute(minute - lag // 60).items():
                if any(order.course.lag == lag for order in starts):
                    seconds.add(second + lag)
        return seconds

    def burst(self, clock: int, orders: int = 100) -> list[Draft]:
        """Whole orders that have ended by this clock (microseconds), for EVENT_RATE=max.

        Plain orders only: every throughput is measured with them.
        """
        rng = Random(f"{self._bursts}|{clock}")  # noqa: S311 - repeatable is what is wanted
        starts = (clock / 1e6 - HORIZON - 10 * rng.random() for _ in range(orders))
        plain = [e for start in starts for e in PlainOrder(rng, start, self._guests, self._comments).events()]
        emissions = sorted(self._with_faults(plain, clock), key=lambda emission: emission.due)
        return [emission.draft for emission in emissions]

    def _starts(self, second: int) -> list[Start]:
        """The orders that begin in this second. Each is independent of the others."""
        return self._minute(second // 60).get(second, [])

    def _draw_minute(self, minute: int) -> dict[int, list[Start]]:
        """The orders that begin in this minute, by second."""
        rng = Random(f"{self.name}|{minute}")  # noqa: S311 - repeatable is what is wanted
        loads = [load(place, minute * 60 + 30) for place in self._places]
        per_minute = 60 * (self.rate - 1 / self._dish_seconds) / EVENTS_PER_ORDER
        expected = per_minute * sum(loads) / sum(place.weight for place in self._places)
        starts: dict[int, list[Start]] = {}
        for _ in range(int(expected) + (rng.random() < expected % 1)):
            second, place = minute * 60 + rng.randrange(60), rng.choices(self._places, loads)[0]
            start = Start(second, place, choose(rng), rng.getrandbits(64))
            starts.setdefault(second, []).append(start)
        return starts

    def _menu(self, second: int) -> list[Emission]:
        """One dish after the other."""
        turn, rest = divmod(second, self._dish_seconds)
        if rest:
            return []
        rng = Random(f"{self.name}|menu|{second}")  # noqa: S311 - repeatable is what is wanted
        place, dish = self._dishes[turn % len(self._dishes)]
        recorder = Recorder(rng, second, place)
        change_dish(recorder, dish)
        return recorder.emissions

    def _menu_keepers(self) -> Iterator[Restaurant]:
        """The first restaurant of each currency publishes the prices in it."""
        return iter({place.currency: place for place in reversed(self._places)}.values())

    def _with_faults(self, emissions: list[Emission], salt: int) -> Iterator[Emission]:
        faults = self.faults
        if not any((faults.duplicates, faults.out_of_order, faults.late, faults.malformed)):
            yield from emissions
            return
        rng = Random(f"{self.name}|faults|{salt}")  # noqa: S311 - repeatable is what is wanted
        for emission in emissions:
            due, draft, at = emission.due, emission.draft, emission.at
            if rng.random() < faults.duplicates:
                yield Emission(due + rng.uniform(0.1, 5), replace(draft, unchecked=True), at)
            if rng.random() < faults.malformed:
                yield Emission(due, _broken(rng, draft), at)
            if rng.random() < faults.out_of_order:
                due += rng.uniform(0.5, 5)
            if rng.random() < faults.late:
                due += rng.uniform(60, LATE)
            yield Emission(due, draft, at)


def _due(emission: Emission) -> float:
    return emission.due


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
