"""Restaurants that are always busy: a pure function of a seed and the clock.

A world is divided into slots of one second. The orders that start in a slot, with all that becomes of them, follow
from the seed, the rate and the slot alone; so do their ids. Asking twice gives the same events, and two slots, or
two worlds, never share an id.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from uuid import UUID

import msgspec
from faker import Faker

from api.log import Draft, instant
from api.menu import HOURLY, MENU, RESTAURANTS, WORDS, Dish, Restaurant

HORIZON = 160  # seconds after which nothing more becomes of an order
LATE = 300  # seconds that a late event may be held back beyond that
_UTC_OFFSET = -5 * 3600  # the restaurants' clocks, all year
_CENT = Decimal("0.01")
_ITEMS = {1: 20, 2: 35, 3: 25, 4: 15, 5: 5}  # lines of an order, in percent
_CANCELLED, _REFUNDED, _FEEDBACK = 0.03, 0.03, 0.30
_STEPS = 4  # preparing, ready, completed, and the payment
EVENTS_AN_ORDER = (
    1
    + sum(lines * percent for lines, percent in _ITEMS.items()) / 100
    + _CANCELLED
    + (1 - _CANCELLED) * (_STEPS + _REFUNDED + _FEEDBACK)
)
_encode = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True, slots=True)
class Faults:
    """The fault dial: the share of events that it befalls."""

    duplicates: float = 0
    out_of_order: float = 0
    late: float = 0
    malformed: float = 0


@dataclass(frozen=True, slots=True)
class Emission:
    """A draft and the time (seconds since 1970) at which a till sends it; its `ts` is when it happened."""

    due: float
    draft: Draft


def busyness(clock: float) -> float:
    """How busy the restaurants are now; the mean over a day is 1."""
    hour = (clock + _UTC_OFFSET) % 86_400 / 3_600
    before = int(hour) % 24
    share = hour - int(hour)
    return HOURLY[before] * (1 - share) + HOURLY[(before + 1) % 24] * share


def cents(amount: Decimal) -> Decimal:
    """Rounded to the cent."""
    return amount.quantize(_CENT, ROUND_HALF_UP)


class World:
    """All orders of a seed at a rate (events a second; infinite means `max`)."""

    def __init__(self, seed: int, rate: float, faults: Faults | None = None) -> None:
        self.seed = seed
        self.rate = rate
        self.faults = faults or Faults()
        self.name = f"v1|{seed}|{'max' if math.isinf(rate) else repr(rate)}"
        fake = Faker("en_CA")
        fake.seed_instance(seed)
        self._comments = [fake.sentence(nb_words=8, ext_word_list=WORDS) for _ in range(200)]
        self._guests = [fake.bothify("CUST-#####") for _ in range(2_000)]

    def slot(self, second: int) -> list[Emission]:
        """All that becomes of the orders that start in this second, by the time it is sent."""
        rng = Random(f"{self.name}|{second}")  # noqa: S311 - repeatable is what is wanted
        expected = self.rate / EVENTS_AN_ORDER * busyness(second)
        orders = int(expected) + (rng.random() < expected % 1)
        found = [e for _ in range(orders) for e in self._order(rng, second + rng.random())]
        return sorted(self._with_faults(found, second), key=lambda emission: emission.due)

    def burst(self, clock: int, orders: int = 100) -> list[Draft]:
        """Whole orders that have all ended by this clock (microseconds), for a service that is asked for `max`."""
        rng = Random(f"{self.name}|burst|{clock}")  # noqa: S311 - repeatable is what is wanted
        starts = (clock / 1e6 - HORIZON - 10 * rng.random() for _ in range(orders))
        found = [e for start in starts for e in self._order(rng, start)]
        emissions = sorted(self._with_faults(found, clock), key=lambda emission: emission.due)
        return [emission.draft for emission in emissions]

    def _order(self, rng: Random, start: float) -> list[Emission]:
        return _Order(rng, start, self._guests, self._comments).emissions()

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


class _Order:
    """The life of one order."""

    def __init__(self, rng: Random, start: float, guests: list[str], comments: list[str]) -> None:
        self._rng = rng
        self._clock = start
        self._comments = comments
        self._found: list[Emission] = []
        self._place: Restaurant = rng.choices(RESTAURANTS, [place.weight for place in RESTAURANTS])[0]
        self._order_id = self._id()
        self._guest = rng.choice(guests) if rng.random() < 0.6 else None

    def emissions(self) -> list[Emission]:
        """Everything that happens to it."""
        rng = self._rng
        service = rng.choices(("dine_in", "takeout", "delivery"), (5, 3, 2))[0]
        created: dict[str, object] = {
            "order_id": self._order_id, "visit_id": f"V-{rng.getrandbits(32):08x}", "service_type": service,
            "order_ts": self._now(), "location_code": self._place.code, "customer_id": self._guest,
            "city": self._place.city, "restaurant": self._place.name,
        }  # fmt: skip
        self._tell("order_created", {key: value for key, value in created.items() if value is not None})
        lines = [self._line(dish) for dish in self._choose()]
        if rng.random() < _CANCELLED:
            self._status("cancelled", 2, 20)
            return self._found
        subtotal = sum(lines, Decimal(0))
        if service == "dine_in":
            self._kitchen()
            payment = self._pay(subtotal)
        else:
            payment = self._pay(subtotal)
            self._kitchen()
        served = self._clock
        if rng.random() < _REFUNDED:
            self._refund(payment, rng.choice([subtotal, *lines]))
        if rng.random() < _FEEDBACK:
            self._clock = served
            self._feedback()
        return self._found

    def _choose(self) -> list[Dish]:
        count = self._rng.choices(list(_ITEMS), list(_ITEMS.values()))[0]
        return self._rng.choices(MENU, [dish.weight for dish in MENU], k=count)

    def _line(self, dish: Dish) -> Decimal:
        self._wait(0.1, 1)
        qty = self._rng.choices((1, 2, 3), (80, 16, 4))[0]
        price = cents(dish.price * qty)
        self._tell("order_item_added", {
            "order_item_id": self._id(), "order_id": self._order_id, "menu_item_id": dish.menu_item_id,
            "category": dish.category, "item_name": dish.name, "unit_price": dish.price, "qty": qty,
            "extended_price": price,
        })  # fmt: skip
        return price

    def _kitchen(self) -> None:
        self._status("preparing", 1, 8)
        self._status("ready", 8, 40)
        self._status("completed", 5, 30)

    def _status(self, status: str, least: float, most: float) -> None:
        self._wait(least, most)
        self._tell(
            "order_status_changed", {"order_id": self._order_id, "status": status, "changed_ts": self._now()}
        )

    def _pay(self, subtotal: Decimal) -> str:
        self._wait(0.5, 5)
        rng, payment_id = self._rng, self._id()
        tax = cents(subtotal * self._place.tax_rate)
        tip = cents(subtotal * rng.choices((0, 10, 15, 18, 20), (20, 15, 30, 20, 15))[0] / 100)
        total = subtotal + tax + tip
        method, provider = rng.choice(
            (("card", "moneris"), ("card", "stripe"), ("wallet", "apple_pay"), ("cash", None))
        )
        details = {"provider": provider, "auth_code": f"{rng.getrandbits(24):06X}"} if provider else {}
        self._tell("payment_captured", {
            "payment_id": payment_id, "order_id": self._order_id, "method": method, **details, "amount": total,
            "subtotal": subtotal, "tax": tax, "tip": tip, "total": total, "location_code": self._place.code,
        })  # fmt: skip
        return payment_id

    def _refund(self, payment_id: str, amount: Decimal) -> None:
        self._wait(5, 50)
        reason = self._rng.choice(("wrong item", "cold food", "long wait"))
        self._tell("payment_refunded", {
            "refund_id": self._id(), "payment_id": payment_id, "order_id": self._order_id, "amount": amount,
            "reason": reason, "refunded_ts": self._now(),
        })  # fmt: skip

    def _feedback(self) -> None:
        self._wait(5, 60)
        rng = self._rng
        rating = rng.choices((1, 2, 3, 4, 5), (3, 5, 12, 35, 45))[0]
        found: dict[str, object] = {"feedback_id": self._id(), "order_id": self._order_id, "rating": rating}
        if self._guest:
            found["customer_id"] = self._guest
        if rng.random() < 0.8:
            found["nps"] = min(10, max(0, rating * 2 + rng.randint(-2, 1)))
        if rng.random() < 0.5:
            found["comment"] = rng.choice(self._comments)
        self._tell("feedback_submitted", {**found, "created_ts": self._now()})

    def _tell(self, event_type: str, payload: dict[str, object]) -> None:
        draft = Draft(event_type, self._place.code, self._now(), _encode(payload), UUID(self._id()))
        self._found.append(Emission(self._clock, draft))

    def _wait(self, least: float, most: float) -> None:
        self._clock += self._rng.uniform(least, most)

    def _now(self) -> str:
        return instant(datetime.fromtimestamp(int(self._clock * 1000) / 1000, UTC))

    def _id(self) -> str:
        """A UUID v7 of the simulated time. https://www.rfc-editor.org/rfc/rfc9562#section-5.7"""
        bits = int(self._clock * 1000) << 80 | 7 << 76 | self._rng.getrandbits(12) << 64 | 2 << 62
        return str(UUID(int=bits | self._rng.getrandbits(62)))


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
