"""The laws of the simulator's full orders: the equations of docs/explanation/bill.md, times, and what occurs at all."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.contract.schemas import PAYLOADS
from api.log.interface import Draft
from api.simulator.catalogue import Restaurant, restaurants
from api.simulator.orders.bill import Amounts
from api.simulator.orders.courses import LAGS, Course, choose
from api.simulator.orders.full_order import FullOrder, Start
from api.simulator.recorder import Emission
from api.simulator.world import HORIZON
from tests.support.examples import examples

CLOCK = 1_780_000_000
PLACES = restaurants(with_yen=True)
PREMIUM = 500
NEEDLESS = {"business_day"}  # for tills that number their orders from 1 each day
Payload = dict[str, Any]


@dataclass
class Till:
    """What a till sent for one order, and what the equations make of it."""

    place: Restaurant
    course: Course
    at_once: list[Emission]
    later: list[Emission]
    payloads: dict[str, list[Payload]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for emission in [*self.at_once, *self.later]:
            payload = json.loads(emission.draft.payload, parse_float=Decimal)
            self.payloads.setdefault(emission.draft.event_type, []).append(payload)

    def of(self, event_type: str) -> list[Payload]:
        return self.payloads.get(event_type, [])

    @property
    def payments(self) -> list[Payload]:
        """The newest of each, without voided ones."""
        newest = {payment["payment_id"]: payment for payment in self.of("payment_captured")}
        voided = {void["payment_id"] for void in self.of("payment_voided")}
        return [payment for payment_id, payment in newest.items() if payment_id not in voided]

    def lines(self, *, gift_cards: bool) -> list[Payload]:
        voided = {void["order_item_id"] for void in self.of("order_item_voided")}
        lines = [line for line in self.of("order_item_added") if line["order_item_id"] not in voided]
        return [line for line in lines if (line.get("kind") == "gift_card") == gift_cards]

    def paid(self, name: str) -> Decimal:
        return Decimal(sum(payment.get(name, 0) for payment in self.payments))


def total(rows: list[Payload], name: str) -> Decimal:
    return Decimal(sum(row[name] for row in rows))


def order_of(seed: int, place: Restaurant) -> Till:
    course = choose(Random(seed))
    order = FullOrder(Start(CLOCK, place, course, seed), ["CUST-1", "CUST-2"], ["good"])
    return Till(place, course, *order.events())


def many(count: int, place: Restaurant = PLACES[0]) -> list[Till]:
    return [order_of(seed, place) for seed in range(count)]


orders = st.builds(order_of, st.integers(0, 2**63), st.sampled_from(PLACES))


def assert_adds_up(till: Till) -> None:
    """The equations, in the words of the page."""
    gross, gift_cards = (total(till.lines(gift_cards=kind), "extended_price") for kind in (False, True))
    discounts = total(till.of("discount_applied"), "amount")
    charges = total(till.of("service_charge_added"), "amount")
    before_tax = gross + gift_cards - discounts
    included_tax = before_tax - (till.paid("subtotal") - till.paid("discount"))
    contains_tax = any(line.get("tax_included") for line in till.lines(gift_cards=False))
    assert included_tax == (till.paid("tax") if contains_tax else 0)
    extras = till.paid("tax") + charges + till.paid("tip") + till.paid("rounding")
    assert before_tax - included_tax + extras == till.paid("amount")
    assert (till.paid("service_charge"), till.paid("discount")) == (charges, discounts)
    for payment in till.payments:
        parts = payment["subtotal"] + payment["tax"] + payment["tip"] + payment.get("service_charge", 0)
        parts += payment.get("rounding", 0) - payment.get("discount", 0)
        assert payment["amount"] == payment["total"] == parts
        assert min(payment[name] for name in ("subtotal", "tax", "tip", "total")) >= 0


@given(till=orders)
@settings(max_examples=examples(400), deadline=None)
def test_every_bill_adds_up(till: Till) -> None:
    if till.of("order_status_changed")[0]["status"] == "cancelled":
        assert not till.payments
    else:
        assert_adds_up(till)


@given(till=orders)
@settings(max_examples=examples(400), deadline=None)
def test_money_is_in_units_of_its_currency(till: Till) -> None:
    assert till.of("order_created")[0]["currency"] == till.place.currency
    names = (
        "unit_price",
        "extended_price",
        "amount",
        "subtotal",
        "tax",
        "tip",
        "total",
        "rounding",
        "discount",
    )
    amounts = [
        Decimal(payload[name])
        for payloads in till.payloads.values()
        for payload in payloads
        for name in names
        if payload.get(name) is not None
    ]
    assert all(amount % till.place.unit == 0 for amount in amounts)
    if till.place.currency == "JPY":
        assert all(amount.as_tuple().exponent == 0 for amount in amounts)
    for payment in till.payments:
        if payment["method"] == "cash":
            assert payment["amount"] % till.place.coin == 0
            assert abs(payment.get("rounding", 0)) <= Decimal("0.02")


@given(till=orders)
@settings(max_examples=examples(400), deadline=None)
def test_its_times_follow_the_order_and_its_slot(till: Till) -> None:
    for emissions, start in ((till.at_once, CLOCK), (till.later, CLOCK + till.course.lag)):
        assert all(start <= emission.due < start + HORIZON for emission in emissions)
    assert not till.later or till.course.lag in LAGS
    assert till.at_once[0].draft.event_type in {"order_created", "customer_changed"}
    (created,) = till.of("order_created")
    if "scheduled_for" in created:
        scheduled = datetime.fromisoformat(created["scheduled_for"])
        assert scheduled.timestamp() == CLOCK + till.course.lag
        assert all(
            datetime.fromisoformat(c["changed_ts"]) > scheduled for c in till.of("order_status_changed")
        )


@given(till=orders)
@settings(max_examples=examples(400), deadline=None)
def test_lines_refunds_and_discounts_name_what_exists(till: Till) -> None:
    items = {line["order_item_id"]: line for line in till.of("order_item_added")}
    assert all(line["extended_price"] == line["unit_price"] * line["qty"] for line in items.values())
    assert all(line.get("parent_item_id", line["order_item_id"]) in items for line in items.values())
    sold = {line["order_item_id"]: line for line in till.lines(gift_cards=False)}
    for discount in till.of("discount_applied"):
        limit = (
            sold[discount["order_item_id"]]["extended_price"]
            if "order_item_id" in discount
            else Decimal("Infinity")
        )
        assert 0 < discount["amount"] <= limit
    payments = {payment["payment_id"]: payment for payment in till.payments}
    assert all(0 < r["amount"] <= payments[r["payment_id"]]["total"] for r in till.of("payment_refunded"))


def test_each_field_and_type_occurs() -> None:
    tills = [till for place in (PLACES[0], PLACES[-1]) for till in many(3_000, place)]
    for event_type, model in PAYLOADS.items():
        names = {name for till in tills for payload in till.of(event_type) for name in payload}
        missing = model.model_fields.keys() - names - NEEDLESS
        if event_type != "order_created":
            missing -= {"currency"}  # order_created states it
        assert missing == set() or event_type in {"menu_item_changed", "order_snapshot"}, event_type
    kinds = Counter(discount["kind"] for till in tills for discount in till.of("discount_applied"))
    assert kinds.keys() == {"discount", "comp", "promotion", "loyalty"}
    methods = {payment["method"] for till in tills for payment in till.payments}
    assert methods == {"card", "wallet", "cash", "gift_card", "account"}
    services = PAYLOADS["order_created"].model_json_schema()["properties"]["service_type"]["enum"]
    assert {till.course.service for till in tills} == set(services)
    assert {till.course.lag for till in tills if till.later} == set(LAGS)


def test_what_a_restaurant_knows_of_its_trade() -> None:
    for till in many(3_000):
        is_group = till.course.service == "dine_in" and (till.course.guest_count or 0) >= 8
        charges = [charge for charge in till.of("service_charge_added") if charge["gratuity"]]
        assert len(charges) <= is_group
        if till.payments and till.paid("subtotal") > till.paid("discount"):
            assert len(charges) == is_group
        if till.course.service == "catering":
            assert till.paid("amount") >= PREMIUM
        versions = [
            e.draft.version for e in [*till.at_once, *till.later] if e.draft.event_type == "payment_captured"
        ]
        assert versions in ([1, 2], [1]) or not any(versions)


def test_a_group_that_pays_for_its_service_gives_no_tip() -> None:
    tills = [
        till for till in many(6_000) if any(charge["gratuity"] for charge in till.of("service_charge_added"))
    ]
    assert any(till.course.later == "tipped" for till in tills)
    assert all(payment["tip"] == 0 for till in tills for payment in till.of("payment_captured"))


def test_a_free_order_is_closed_by_a_payment_of_nothing() -> None:
    free = [till for till in many(3_000) if till.payments and not till.paid("amount")]
    assert free
    for till in free:
        assert [(p["method"], p["amount"]) for p in till.payments] == [("account", 0)]


@pytest.mark.parametrize("left_out", ["rounding", "discount", "service_charge", "tip"])
def test_the_equations_notice_what_a_payment_leaves_out(
    monkeypatch: pytest.MonkeyPatch, left_out: str
) -> None:
    fields = Amounts.fields
    monkeypatch.setattr(
        Amounts, "fields", lambda paid, unit: fields(paid, unit) | {left_out: Decimal("0.00")}
    )
    assert not all(_adds_up(till) for till in many(400) if till.payments)


def _adds_up(till: Till) -> bool:
    try:
        assert_adds_up(till)
    except AssertionError:
        return False
    return True


def test_the_same_seed_gives_the_same_order() -> None:
    first, second = (order_of(7, PLACES[3]) for _ in range(2))
    assert [e.draft for e in first.at_once] == [e.draft for e in second.at_once]
    assert all(isinstance(emission.draft, Draft) for emission in first.at_once)
