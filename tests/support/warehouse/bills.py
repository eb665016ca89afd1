"""Bills for tests: what a till sends for one order, and what each sum must be, without the warehouse's code."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from sse_ingest.events import Event
from tests.support.events import element, frame, moment, parsed, payload, uid

CENT = Decimal("0.01")
LISTS = {
    "order_item_added": "items",
    "discount_applied": "discounts",
    "service_charge_added": "service_charges",
    "payment_captured": "payments",
}
"""The list of a snapshot for each type."""
HOUR = 3600


def money(cents: int) -> Decimal:
    return cents * CENT


@dataclass
class Sums:
    """What a bill comes to, in cents."""

    gross_sales: int = 0
    discounts: int = 0
    comps: int = 0
    included_tax: int = 0
    voids: int = 0
    gift_cards: int = 0
    tax: int = 0
    service_charges: int = 0
    tips: int = 0
    rounding: int = 0
    guests: int = 0

    @property
    def net_sales(self) -> int:
        return self.gross_sales - self.discounts - self.comps - self.included_tax

    @property
    def total_collected(self) -> int:
        extras = self.tax + self.service_charges + self.tips + self.rounding
        return self.net_sales + self.gift_cards + extras

    def named(self) -> dict[str, Any]:
        """By the names of the columns of daily_sales."""
        sums = {name: money(cents) for name, cents in vars(self).items()}
        totals = {name: money(getattr(self, name)) for name in ("net_sales", "total_collected")}
        return {**sums, **totals, "guests": self.guests}


@dataclass
class Bill:
    """One order with its events, and its sums."""

    order: int
    sums: Sums = field(default_factory=Sums)
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def send(self, event_type: str, part: int = 0, /, **fields: Any) -> dict[str, Any]:
        body = payload(event_type, self.order, part, **fields)
        self.events.append((event_type, body))
        return body


@st.composite
def bills(draw: st.DrawFn, order: int) -> Bill:
    """A legal bill, paid in full. Anything that bills have may be on it, together."""
    bill = Bill(order)
    sums = bill.sums
    sums.guests = draw(st.integers(0, 9))
    bill.send(
        "order_created",
        guest_count=sums.guests,
        service_type=draw(st.sampled_from(["dine_in", "catering"])),
        order_ts=moment(draw(st.integers(0, 5)) * HOUR),
    )
    worth = _lines(draw, bill)
    in_prices = _discounts(draw, bill, worth)
    sums.included_tax = draw(st.integers(0, in_prices))
    sums.tax = sums.included_tax + draw(st.integers(0, 400))
    for part in range(draw(st.integers(0, 2))):
        amount = draw(st.integers(1, 900))
        gratuity = draw(st.sampled_from([True, False, None]))
        bill.send("service_charge_added", part, amount=str(money(amount)), gratuity=gratuity)
        sums.service_charges += amount
    sums.tips = draw(st.integers(0, 700))
    sums.rounding = draw(st.integers(-2, 2)) if sums.total_collected >= 2 else 0
    _payments(draw, bill)
    return bill


def _lines(draw: st.DrawFn, bill: Bill) -> list[tuple[str, int, bool]]:
    """Of each line that is sold: its id, its price, and whether this contains the tax."""
    sold = []
    is_void: list[bool] = []
    for part in range(draw(st.integers(1, 5))):
        whole = draw(st.sampled_from([None, *range(part)]))
        price = draw(st.sampled_from([0, 1, 333, 1000, 1999]))
        gift = draw(st.integers(0, 9)) == 0
        tax_included = draw(st.sampled_from([True, False, None])) if not gift else None
        line = bill.send(
            "order_item_added",
            part,
            item_name=draw(st.sampled_from(["Soup", "Tea", "Extra shot"])),
            unit_price=str(money(price)),
            extended_price=str(money(price)),
            kind="gift_card" if gift else draw(st.sampled_from(["sale", None])),
            tax_included=tax_included,
            parent_item_id=None if whole is None else str(uid("item", bill.order, whole)),
        )
        is_voided = draw(st.integers(0, 4)) == 0
        if is_voided:
            bill.send("order_item_voided", part)
        is_void.append(is_voided or (whole is not None and is_void[whole]))
        if is_void[part]:
            bill.send("discount_applied", part + 10, order_item_id=line["order_item_id"], amount="0.50")
            bill.sums.voids += price
        elif gift:
            bill.sums.gift_cards += price
        else:
            bill.sums.gross_sales += price
            sold.append((line["order_item_id"], price, bool(tax_included)))
    return sold


def _discounts(draw: st.DrawFn, bill: Bill, sold: list[tuple[str, int, bool]]) -> int:
    """Returns how much tax the prices can contain, whatever line bears the discounts of the whole order."""
    part = 0
    left = 0
    in_prices = 0
    for item, price, tax_included in sold:
        off = draw(st.integers(0, price)) if draw(st.booleans()) else 0
        if off:
            _discount(draw, bill, part, off, item)
            part += 1
        left += price - off
        in_prices += price - off if tax_included else 0
    if sold and left and draw(st.booleans()):
        off = draw(st.integers(1, left))
        _discount(draw, bill, part, off, None)
        in_prices -= off
    return max(in_prices, 0)


def _discount(draw: st.DrawFn, bill: Bill, part: int, cents: int, item: str | None) -> None:
    kind = draw(st.sampled_from(["discount", "comp", "promotion", "loyalty"]))
    bill.send("discount_applied", part, kind=kind, amount=str(money(cents)), order_item_id=item)
    if kind == "comp":
        bill.sums.comps += cents
    else:
        bill.sums.discounts += cents


def _payments(draw: st.DrawFn, bill: Bill) -> None:
    """Split over one to three tenders, each of which adds up; another one is voided."""
    sums = bill.sums
    count = draw(st.integers(1, 3))
    stated = sums.discounts + sums.comps if draw(st.booleans()) else 0
    before = _split(sums.net_sales + sums.gift_cards, count)
    discount, tax, tip = _split(stated, count), _split(sums.tax, count), _split(sums.tips, count)
    charge = _split(sums.service_charges, count)
    for part in range(count):
        rounding = sums.rounding if part == 0 else 0
        total = before[part] + tax[part] + tip[part] + charge[part] + rounding
        bill.send(
            "payment_captured",
            part,
            method=draw(st.sampled_from(["cash", "card", "gift_card"])),
            amount=str(money(total)),
            subtotal=str(money(before[part] + discount[part])),
            tax=str(money(tax[part])),
            tip=str(money(tip[part])),
            service_charge=str(money(charge[part])),
            discount=str(money(discount[part])),
            rounding=str(money(rounding)),
            total=str(money(total)),
        )
    if draw(st.booleans()):
        bill.send("payment_captured", 9)
        bill.send("payment_voided", 9)


def _split(cents: int, count: int) -> list[int]:
    """The first part is the greatest."""
    return [cents - (count - 1) * (cents // count), *[cents // count] * (count - 1)]


def events_of(bill: Bill, first_offset: int, draw: st.DrawFn) -> list[Event]:
    """The events of a bill, at hours of their own; of some bills the newest of two snapshots, and its voids."""
    whole = draw(st.booleans())
    sent = _as_snapshots(bill, draw) if whole else [(kind, body, None) for kind, body in bill.events]
    return [
        parsed(
            frame(first_offset + number, kind, body, seconds=draw(st.integers(0, 6)) * HOUR, version=version)
        )
        for number, (kind, body, version) in enumerate(sent)
    ]


def _as_snapshots(bill: Bill, draw: st.DrawFn) -> list[tuple[str, dict[str, Any], int | None]]:
    """An older snapshot with a line and a payment that the newest one does not have, that one, and the voids."""
    lists: dict[str, list[dict[str, Any]]] = {name: [] for name in LISTS.values()}
    voids: list[tuple[str, dict[str, Any], int | None]] = []
    for kind, body in bill.events:
        if kind in LISTS:
            at = moment(draw(st.integers(0, 6)) * HOUR)
            part = {name: value for name, value in body.items() if name != "order_id"}
            time = {"payment_captured": {"captured_ts": at}, "order_item_added": {"added_ts": at}}.get(
                kind, {}
            )
            lists[LISTS[kind]].append({**part, **time})
        elif kind != "order_created":
            voids.append((kind, body, 2))
    order = dict(bill.events)["order_created"]
    gone = {
        "items": [element("order_item_added", bill.order, 50, extended_price="9.99")],
        "payments": [element("payment_captured", bill.order, 50)],
    }
    bill.sums.voids += 999
    return [("order_snapshot", {**order, **gone}, 0), ("order_snapshot", {**order, **lists}, 1), *voids]
