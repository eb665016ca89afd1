"""The order of a till that sends everything: the whole bill, and what follows hours or days later."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from random import Random

from api.log.interface import instant
from api.simulator.catalogue import Restaurant
from api.simulator.orders.bill import Amounts
from api.simulator.orders.courses import Course
from api.simulator.orders.order_lifecycle import CANCELLED, FEEDBACK, METHODS, REFUNDED, TIPS, OrderEvents
from api.simulator.orders.ordered_lines import OrderedLines
from api.simulator.orders.reference_data import introduce_guest
from api.simulator.recorder import Emission

EVENTS_PER_ORDER = 9.5  # on average, with those of the guests; tests/property/test_simulator.py measures it
_INTRODUCED = 0.2  # of the orders of known guests, those that publish the guest's data
_PAID_AHEAD = 0.5  # of the orders for later
_SPLIT, _BY_GIFT_CARD, _PAYMENT_VOIDED = 0.06, 0.03, 0.01
_GIFT = Decimal("25.00")  # what is on a gift card that is redeemed
_CARD = METHODS[0]


@dataclass(frozen=True, slots=True)
class Start:
    """What determines an order."""

    second: int
    place: Restaurant
    course: Course
    seed: int


@dataclass(frozen=True, slots=True)
class _Payment:
    fields: dict[str, object]
    amounts: Amounts

    @property
    def payment_id(self) -> str:
        return str(self.fields["payment_id"])


class FullOrder(OrderEvents):
    """An order. Some go on `course.lag` seconds later."""

    def __init__(self, start: Start, guests: list[str], comments: list[str]) -> None:
        rng = Random(start.seed)  # noqa: S311 - repeatable is what is wanted
        super().__init__(rng, start.second + rng.random(), start.place, guests, comments)
        self.course = start.course
        self._goes_on = start.second + self.course.lag
        self._at_once: int | None = None
        self._lines = OrderedLines(self, self.course)
        self._bill = self._lines.bill
        self._payments: list[_Payment] = []

    def events(self) -> tuple[list[Emission], list[Emission]]:
        """The events at once, and those `course.lag` seconds later."""
        if self.guest and self.rng.random() < _INTRODUCED:
            introduce_guest(self, self.guest)
        self._create()
        self._lines.add_all()
        if not self.course.lag and self.rng.random() < CANCELLED:
            self.change_status("cancelled", 2, 20)
        elif self.course.later == "served":
            self._lines.change_bill()
            self._serve_later()
        else:
            self._lines.change_bill()
            self._serve()
            self._follow_up()
        return self.emissions[: self._at_once], self.emissions[self._at_once :] if self._at_once else []

    def _create(self) -> None:
        course, place = self.course, self.place
        scheduled = instant(datetime.fromtimestamp(self._goes_on, UTC)) if course.later == "served" else None
        self.record("order_created", {
            "order_id": self.order_id, "visit_id": f"V-{self.rng.getrandbits(32):08x}", "service_type": course.service,
            "order_ts": self.now(), "location_code": place.code, "customer_id": self.guest, "city": place.city,
            "guest_count": course.guest_count, "currency": place.currency, "channel": course.channel,
            "scheduled_for": scheduled,
        })  # fmt: skip

    def _serve(self) -> None:
        """Kitchen and payment, in the order that is usual for the service."""
        if self.course.is_paid_last:
            self.pass_kitchen()
            self._pay()
        else:
            self._pay()
            self.pass_kitchen()
        self._hear_guests()

    def _serve_later(self) -> None:
        """An order for later: some pay at once, the others when they get it."""
        is_paid_ahead = self.rng.random() < _PAID_AHEAD
        if is_paid_ahead:
            self._pay()
        self._go_on()
        self.pass_kitchen()
        if not is_paid_ahead:
            self._pay()
        self._hear_guests()

    def _go_on(self) -> None:
        """What follows happens `course.lag` seconds after the order began."""
        self._at_once = len(self.emissions)
        self.clock = self._goes_on + self.rng.random()

    def _follow_up(self) -> None:
        """A tip that is added after closing, or a refund days later."""
        paid = self._largest_payment()
        if not self.course.lag or not paid.amounts.total:
            return
        self._go_on()
        if self.course.later == "refunded":
            self.refund(paid.payment_id, paid.amounts.total)
            return
        if self._bill.has_gratuity:
            return
        tip = self._tip(paid.amounts, self.rng.choice((15, 18, 20, 22)))
        restated = replace(paid.amounts, tip=tip).fields(self.place.unit)
        self.record("payment_captured", paid.fields | restated, version=2)

    def _hear_guests(self) -> None:
        """Some complain and get money back, some give feedback."""
        end, rng = self.clock, self.rng
        paid = self._largest_payment()
        if self.course.later != "refunded" and paid.amounts.total and rng.random() < REFUNDED:
            total = paid.amounts.total
            prices = [line.price for line in self._bill.sold if 0 < line.price <= total]
            self.wait(5, 40)
            self.refund(paid.payment_id, rng.choice([total, *prices]))
        if rng.random() < FEEDBACK:
            self.clock = end
            self.wait(5, 40)
            self.rate_visit()

    def _pay(self) -> None:
        self.wait(0.5, 5)
        due = self._bill.due()
        if due.total and not self.course.later and self.rng.random() < _PAYMENT_VOIDED:
            self._capture_by_mistake(due)
        for (method, provider), amounts in self._tenders(due):
            self.wait(0.1, 2)
            self._capture(method, provider, amounts)

    def _tenders(self, due: Amounts) -> Iterator[tuple[tuple[str, str | None], Amounts]]:
        """Who pays which part of the bill, and how."""
        rng, unit, gift = self.rng, self.place.unit, self.place.price(_GIFT)
        if not due.total:
            yield ("account", None), due
            return
        if self.course.later == "tipped":
            yield _CARD, due
            return
        chance = rng.random()
        if chance < _BY_GIFT_CARD and due.total >= 2 * gift:
            part = due.part(gift, unit)
            yield ("gift_card", None), part
            due = due.without(part)
        elif chance > 1 - _SPLIT and due.total >= 2 * gift:
            for payers in range(rng.randint(2, 4), 1, -1):
                part = due.part(self._bill.rounded(due.total / payers), unit)
                yield self._finished(part)
                due = due.without(part)
        yield self._finished(due)

    def _finished(self, due: Amounts) -> tuple[tuple[str, str | None], Amounts]:
        """With a tip; cash is rounded to coins."""
        method = self.rng.choice(METHODS)
        percent = 0 if self._bill.has_gratuity else self.rng.choices(*TIPS)[0]
        paid = replace(due, tip=self._tip(due, percent))
        return method, paid.in_coins(self.place.coin) if method[0] == "cash" else paid

    def _tip(self, due: Amounts, percent: int) -> Decimal:
        return self._bill.rounded((due.subtotal - due.discount) * percent / 100)

    def _capture(self, method: str, provider: str | None, amounts: Amounts) -> None:
        fields: dict[str, object] = {
            "payment_id": self.new_id(), "order_id": self.order_id, "method": method, "provider": provider,
            "auth_code": f"{self.rng.getrandbits(24):06X}" if provider else None,
            **amounts.fields(self.place.unit), "location_code": self.place.code,
        }  # fmt: skip
        self._payments.append(_Payment(fields, amounts))
        # A payment that is sent again has versions from its first event on.
        self.record("payment_captured", fields, version=1 if self.course.later == "tipped" else None)

    def _capture_by_mistake(self, due: Amounts) -> None:
        """The wrong card: it is voided before it is settled."""
        method, provider = _CARD
        self._capture(method, provider, due)
        mistake = self._payments.pop()
        self.wait(0.5, 2)
        self.record("payment_voided", {
            "payment_id": mistake.payment_id, "order_id": self.order_id, "reason": "wrong card",
            "voided_ts": self.now(),
        })  # fmt: skip

    def _largest_payment(self) -> _Payment:
        return max(self._payments, key=lambda payment: payment.amounts.total)
