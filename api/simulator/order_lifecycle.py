"""The events of the simulator's restaurants: the lifecycle of an order, changes of the menu and of guests."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from uuid import UUID

import msgspec

from api.log.interface import Draft, instant
from api.simulator.catalogue import MEMBERSHIPS, MENU, RESTAURANTS, Dish, Restaurant

_CENT = Decimal("0.01")
_ITEMS = {1: 20, 2: 35, 3: 25, 4: 15, 5: 5}  # lines of an order, in percent
_CANCELLED, _REFUNDED, _FEEDBACK = 0.03, 0.03, 0.30
_STEPS = 4  # preparing, ready, completed, and the payment
_KNOWN, _INTRODUCTION = (
    0.6,
    0.2,
)  # shares: orders of a known guest, and of these, orders that publish the guest's data
_MONTH = 30 * 86_400
EVENTS_PER_ORDER = (
    1
    + sum(lines * percent for lines, percent in _ITEMS.items()) / 100
    + _CANCELLED
    + (1 - _CANCELLED) * (_STEPS + _REFUNDED + _FEEDBACK)
)
INTRODUCTIONS_PER_ORDER = _KNOWN * _INTRODUCTION
_encode = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True, slots=True)
class Emission:
    """A draft, and the time (seconds since 1970) when a till sends it. The draft's `ts` is the time of the event."""

    due: float
    draft: Draft


def cents(amount: Decimal) -> Decimal:
    """Rounded to the cent."""
    return amount.quantize(_CENT, ROUND_HALF_UP)


class _Recorder:
    """Records the events of one restaurant while its clock advances."""

    def __init__(self, rng: Random, clock: float, place: Restaurant) -> None:
        self._rng = rng
        self._clock = clock
        self._place = place
        self._emissions: list[Emission] = []

    def _record(self, event_type: str, payload: dict[str, object]) -> None:
        draft = Draft(event_type, self._place.code, self._now(), _encode(payload), UUID(self._id()))
        self._emissions.append(Emission(self._clock, draft))

    def _wait(self, least: float, most: float) -> None:
        self._clock += self._rng.uniform(least, most)

    def _now(self) -> str:
        return instant(datetime.fromtimestamp(int(self._clock * 1000) / 1000, UTC))

    def _id(self) -> str:
        """A UUID v7 of the simulated time. https://www.rfc-editor.org/rfc/rfc9562#section-5.7"""
        bits = int(self._clock * 1000) << 80 | 7 << 76 | self._rng.getrandbits(12) << 64 | 2 << 62
        return str(UUID(int=bits | self._rng.getrandbits(62)))


class Order(_Recorder):
    """The lifecycle of one order."""

    def __init__(self, rng: Random, start: float, guests: list[str], comments: list[str]) -> None:
        super().__init__(rng, start, rng.choices(RESTAURANTS, [place.weight for place in RESTAURANTS])[0])
        self._comments = comments
        self._order_id = self._id()
        self._guest = rng.choice(guests) if rng.random() < _KNOWN else None

    def emissions(self, *, with_guests: bool) -> list[Emission]:
        """All events of the order. With `with_guests`, some orders publish the guest's data too."""
        rng = self._rng
        if with_guests and self._guest and rng.random() < _INTRODUCTION:
            self._introduce(self._guest)
        service = rng.choices(("dine_in", "takeout", "delivery"), (5, 3, 2))[0]
        created: dict[str, object] = {
            "order_id": self._order_id, "visit_id": f"V-{rng.getrandbits(32):08x}", "service_type": service,
            "order_ts": self._now(), "location_code": self._place.code, "customer_id": self._guest,
            "city": self._place.city,
        }  # fmt: skip
        self._record("order_created", {key: value for key, value in created.items() if value is not None})
        lines = [self._line(dish) for dish in self._choose()]
        if rng.random() < _CANCELLED:
            self._status("cancelled", 2, 20)
            return self._emissions
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
        return self._emissions

    def _introduce(self, guest: str) -> None:
        """Publish the guest's data: a city that stays, and a membership that can change each month."""
        always = Random(guest)  # noqa: S311 - repeatable is what is wanted
        city, first = always.choice(RESTAURANTS).city, always.randrange(len(MEMBERSHIPS))
        membership = MEMBERSHIPS[(first + int(self._clock // _MONTH)) % len(MEMBERSHIPS)]
        guest_data = {"customer_id": guest, "city": city, "membership": membership, "changed_ts": self._now()}
        self._record(
            "customer_changed", {key: value for key, value in guest_data.items() if value is not None}
        )

    def _choose(self) -> list[Dish]:
        count = self._rng.choices(list(_ITEMS), list(_ITEMS.values()))[0]
        return self._rng.choices(MENU, [dish.weight for dish in MENU], k=count)

    def _line(self, dish: Dish) -> Decimal:
        self._wait(0.1, 1)
        qty = self._rng.choices((1, 2, 3), (80, 16, 4))[0]
        price = cents(dish.price * qty)
        self._record("order_item_added", {
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
        self._record(
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
        self._record("payment_captured", {
            "payment_id": payment_id, "order_id": self._order_id, "method": method, **details, "amount": total,
            "subtotal": subtotal, "tax": tax, "tip": tip, "total": total, "location_code": self._place.code,
        })  # fmt: skip
        return payment_id

    def _refund(self, payment_id: str, amount: Decimal) -> None:
        self._wait(5, 50)
        reason = self._rng.choice(("wrong item", "cold food", "long wait"))
        self._record("payment_refunded", {
            "refund_id": self._id(), "payment_id": payment_id, "order_id": self._order_id, "amount": amount,
            "reason": reason, "refunded_ts": self._now(),
        })  # fmt: skip

    def _feedback(self) -> None:
        self._wait(5, 60)
        rng = self._rng
        rating = rng.choices((1, 2, 3, 4, 5), (3, 5, 12, 35, 45))[0]
        feedback: dict[str, object] = {
            "feedback_id": self._id(),
            "order_id": self._order_id,
            "rating": rating,
        }
        if self._guest:
            feedback["customer_id"] = self._guest
        if rng.random() < 0.8:
            feedback["nps"] = min(10, max(0, rating * 2 + rng.randint(-2, 1)))
        if rng.random() < 0.5:
            feedback["comment"] = rng.choice(self._comments)
        self._record("feedback_submitted", {**feedback, "created_ts": self._now()})


class DishChanged(_Recorder):
    """The cost of a dish changes. Its price stays, because the orders use it."""

    def emissions(self, dish: Dish) -> list[Emission]:
        """The dish from now on."""
        self._record("menu_item_changed", {
            "menu_item_id": dish.menu_item_id, "name": dish.name, "category": dish.category, "price": dish.price,
            "cost": cents(dish.cost * self._rng.randint(92, 108) / 100), "changed_ts": self._now(),
        })  # fmt: skip
        return self._emissions
