"""What every order of the simulator does, and the plain order of the first contract."""

from decimal import Decimal
from itertools import accumulate
from random import Random

from api.simulator.catalogue import MENU, PLAIN_RESTAURANTS, Dish, Restaurant
from api.simulator.recorder import Emission, Recorder, cents

ITEMS = {1: 20, 2: 35, 3: 25, 4: 15, 5: 5}  # lines of an order, in percent
CANCELLED, REFUNDED, FEEDBACK = 0.03, 0.03, 0.30
METHODS = (("card", "moneris"), ("card", "stripe"), ("wallet", "apple_pay"), ("cash", None))
TIPS = ((0, 10, 15, 18, 20), (20, 15, 30, 20, 15))  # percent of the bill, and how often
# Sums, because the simulator makes them again for each choice otherwise.
_COUNTS, _COUNTED = tuple(ITEMS), tuple(accumulate(ITEMS.values()))
_CHOSEN = tuple(accumulate(dish.weight for dish in MENU))
_STEPS = 4  # preparing, ready, completed, and the payment
_OF_KNOWN_GUESTS = 0.6
EVENTS_PER_ORDER = (
    1
    + sum(lines * percent for lines, percent in ITEMS.items()) / 100
    + CANCELLED
    + (1 - CANCELLED) * (_STEPS + REFUNDED + FEEDBACK)
)


class OrderEvents(Recorder):
    """An order whose events are recorded one after the other."""

    def __init__(
        self, rng: Random, start: float, place: Restaurant, guests: list[str], comments: list[str]
    ) -> None:
        super().__init__(rng, start, place)
        self._comments = comments
        self.order_id = self.new_id()
        self.guest = rng.choice(guests) if rng.random() < _OF_KNOWN_GUESTS else None

    def choose_dishes(self) -> list[Dish]:
        """What the guests order; a dish may come twice."""
        count = self.rng.choices(_COUNTS, cum_weights=_COUNTED)[0]
        return self.rng.choices(MENU, cum_weights=_CHOSEN, k=count)

    def pass_kitchen(self) -> None:
        """The kitchen prepares the order, and the guests get it."""
        self.change_status("preparing", 1, 8)
        self.change_status("ready", 8, 40)
        self.change_status("completed", 5, 30)

    def change_status(self, status: str, least: float, most: float) -> None:
        """A new status after a while."""
        self.wait(least, most)
        changed = {"order_id": self.order_id, "status": status, "changed_ts": self.now()}
        self.record("order_status_changed", changed)

    def refund(self, payment_id: str, amount: Decimal) -> None:
        """Give money back."""
        reason = self.rng.choice(("wrong item", "cold food", "long wait"))
        self.record("payment_refunded", {
            "refund_id": self.new_id(), "payment_id": payment_id, "order_id": self.order_id, "amount": amount,
            "reason": reason, "refunded_ts": self.now(),
        })  # fmt: skip

    def rate_visit(self) -> None:
        """The guest gives feedback."""
        rng = self.rng
        rating = rng.choices((1, 2, 3, 4, 5), (3, 5, 12, 35, 45))[0]
        feedback: dict[str, object] = {
            "feedback_id": self.new_id(), "order_id": self.order_id, "rating": rating, "customer_id": self.guest,
        }  # fmt: skip
        if rng.random() < 0.8:
            feedback["nps"] = min(10, max(0, rating * 2 + rng.randint(-2, 1)))
        if rng.random() < 0.5:
            feedback["comment"] = rng.choice(self._comments)
        self.record("feedback_submitted", {**feedback, "created_ts": self.now()})


class PlainOrder(OrderEvents):
    """An order of the first contract, for EVENT_RATE=max: no modifier, no discount, one payment."""

    def __init__(self, rng: Random, start: float, guests: list[str], comments: list[str]) -> None:
        place = rng.choices(PLAIN_RESTAURANTS, [place.weight for place in PLAIN_RESTAURANTS])[0]
        super().__init__(rng, start, place, guests, comments)

    def events(self) -> list[Emission]:
        """All events of the order."""
        rng = self.rng
        service = rng.choices(("dine_in", "takeout", "delivery"), (5, 3, 2))[0]
        self.record("order_created", {
            "order_id": self.order_id, "visit_id": f"V-{rng.getrandbits(32):08x}", "service_type": service,
            "order_ts": self.now(), "location_code": self.place.code, "customer_id": self.guest,
            "city": self.place.city,
        })  # fmt: skip
        lines = [self._line(dish) for dish in self.choose_dishes()]
        if rng.random() < CANCELLED:
            self.change_status("cancelled", 2, 20)
            return self.emissions
        subtotal = sum(lines, Decimal(0))
        if service == "dine_in":
            self.pass_kitchen()
            payment = self._pay(subtotal)
        else:
            payment = self._pay(subtotal)
            self.pass_kitchen()
        end = self.clock
        if rng.random() < REFUNDED:
            amount = rng.choice([subtotal, *lines])
            self.wait(5, 50)
            self.refund(payment, amount)
        if rng.random() < FEEDBACK:
            self.clock = end
            self.wait(5, 60)
            self.rate_visit()
        return self.emissions

    def _line(self, dish: Dish) -> Decimal:
        self.wait(0.1, 1)
        qty = self.rng.choices((1, 2, 3), (80, 16, 4))[0]
        price = cents(dish.price * qty)
        self.record("order_item_added", {
            "order_item_id": self.new_id(), "order_id": self.order_id, "menu_item_id": dish.menu_item_id,
            "category": dish.category, "item_name": dish.name, "unit_price": dish.price, "qty": qty,
            "extended_price": price,
        })  # fmt: skip
        return price

    def _pay(self, subtotal: Decimal) -> str:
        self.wait(0.5, 5)
        rng, payment_id = self.rng, self.new_id()
        tax = cents(subtotal * self.place.tax_rate)
        tip = cents(subtotal * rng.choices(*TIPS)[0] / 100)
        total = subtotal + tax + tip
        method, provider = rng.choice(METHODS)
        details = {"provider": provider, "auth_code": f"{rng.getrandbits(24):06X}"} if provider else {}
        self.record("payment_captured", {
            "payment_id": payment_id, "order_id": self.order_id, "method": method, **details, "amount": total,
            "subtotal": subtotal, "tax": tax, "tip": tip, "total": total, "location_code": self.place.code,
        })  # fmt: skip
        return payment_id
