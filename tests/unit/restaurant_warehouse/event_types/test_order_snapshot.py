"""The lists of order_snapshot: elements follow the rules of their own types, and a dead letter names the element."""

from collections.abc import Callable
from typing import Any

import pytest

from restaurant_warehouse.contract import CONTRACT, restaurant_parser
from restaurant_warehouse.snapshot_elements import MOST_ELEMENTS
from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.events import Event, Rejected
from sse_ingest.sources.sse_decoder import Frame
from tests.support.events import element, payload

Make = Callable[..., Frame]
MANY = f"must be an array of at most {MOST_ELEMENTS} objects"
LINE = element("order_item_added", 1)
PAYMENT = element("payment_captured", 1)


def parse(frame: Frame) -> Event | Rejected:
    outcome = restaurant_parser().parse(frame)
    assert isinstance(outcome, Event | Rejected)
    return outcome


def test_a_snapshot_with_everything(make_frame: Make) -> None:
    body = payload(
        "order_snapshot",
        1,
        status="completed",
        discounts=[element("discount_applied", 1)],
        service_charges=[element("service_charge_added", 1)],
        refunds=[element("payment_refunded", 1)],
    )
    outcome = parse(make_frame("order_snapshot", body))
    assert isinstance(outcome, Event), outcome
    assert not outcome.beyond


@pytest.mark.parametrize("lists", [{}, {"items": None, "payments": []}])
def test_a_list_that_is_absent_or_null_is_an_empty_one(make_frame: Make, lists: dict[str, Any]) -> None:
    body = {
        name: value
        for name, value in payload("order_snapshot", 1).items()
        if name not in ("items", "payments")
    }
    assert isinstance(parse(make_frame("order_snapshot", body | lists)), Event)


@pytest.mark.parametrize(
    ("lists", "reason", "detail"),
    [
        ({"items": {}}, Reason.WRONG_TYPE, f"payload.items: {MANY}, got {{}}"),
        ({"items": [7]}, Reason.NOT_AN_OBJECT, "payload.items.0: must be an object, got 7"),
        ({"items": [LINE, {**LINE, "qty": 0}]}, Reason.OUT_OF_RANGE, "payload.items.1.qty: must be > 0, got 0"),
        ({"items": [{"order_item_id": 7}]}, Reason.WRONG_TYPE,
         "payload.items.0.order_item_id: must be a UUID, or a text of 1 to 200 characters without control characters,"
         " got 7"),
        ({"items": [{**LINE, "added_ts": "soon"}]}, Reason.BAD_TIMESTAMP,
         'payload.items.0.added_ts: must be an RFC 3339 timestamp with a zone, got "soon"'),
        ({"items": [{**LINE, "added_ts": "2200-01-01T00:00:00Z"}]}, Reason.OUT_OF_RANGE,
         'payload.items.0.added_ts: must lie in the years 1900 to 2199, got "2200-01-01T00:00:00Z"'),
        ({"items": [LINE, LINE]}, Reason.OUT_OF_RANGE,
         f"ids_are_unique: payload.items.1.order_item_id: an earlier element has the id {LINE['order_item_id']} too:"
         " send each element once"),
        ({"items": [LINE] * (MOST_ELEMENTS + 1)}, Reason.OUT_OF_RANGE, f"payload.items: {MANY}, got "),
        ({"payments": [{**PAYMENT, "captured_ts": None}]}, Reason.WRONG_TYPE,
         "payload.payments.0.captured_ts: must be an RFC 3339 timestamp with a zone, got null"),
        ({"payments": [{name: value for name, value in PAYMENT.items() if name != "captured_ts"}]},
         Reason.MISSING_FIELD, "payload.payments.0.captured_ts: is required"),
        ({"payments": [{**PAYMENT, "rounding": "0.02"}]}, Reason.OUT_OF_RANGE,
         "payload.payments.0: payment_adds_up: total must be subtotal + tax + tip + service_charge - discount"
         " + rounding, which is 12.52, got 12.50"),
        ({"status": "lost"}, Reason.OUT_OF_RANGE,
         'payload.status: must be pending, preparing, ready, completed or cancelled, got "lost"'),
    ],
)  # fmt: skip
def test_a_wrong_element_is_named(
    make_frame: Make, lists: dict[str, Any], reason: Reason, detail: str
) -> None:
    outcome = parse(make_frame("order_snapshot", payload("order_snapshot", 1, **lists)))
    assert isinstance(outcome, Rejected)
    assert outcome.reason_code == reason
    assert outcome.detail.startswith(detail)


def test_an_unknown_field_of_an_element_is_beyond_the_contract(make_frame: Make) -> None:
    body = payload("order_snapshot", 1, items=[{**LINE, "station": "grill"}])
    outcome = parse(make_frame("order_snapshot", body))
    assert isinstance(outcome, Event)
    assert outcome.beyond


def test_the_known_fields_include_those_of_the_elements() -> None:
    assert CONTRACT.fields is not None
    known = set(CONTRACT.fields["order_snapshot"])
    assert {
        "items",
        "items.qty",
        "items.added_ts",
        "payments.captured_ts",
        "refunds.payment_id",
        "city",
    } <= known
    assert not {name for name in known if name.endswith(".order_id")}


@pytest.mark.parametrize(
    ("snapshot", "line", "detail"),
    [
        ("KWD", {"unit_price": "1.250"}, ""),
        ("KWD", {"unit_price": "1.2500"}, 'must have at most 3 decimals in KWD, got "1.2500"'),
        ("JPY", {"unit_price": 500.50}, "must have no decimals in JPY, got 500.5"),
        (None, {"unit_price": "1.250"}, 'must have at most 2 decimals, got "1.250"'),
        ("JPY", {"unit_price": "1.250", "currency": "KWD"}, ""),
    ],
)
def test_amounts_without_a_currency_are_in_that_of_the_snapshot(
    make_frame: Make, snapshot: str | None, line: dict[str, Any], detail: str
) -> None:
    plain = {name: value for name, value in LINE.items() if name != "extended_price"}
    body = payload("order_snapshot", 1, currency=snapshot, items=[plain | line], payments=[])
    outcome = parse(make_frame("order_snapshot", body))
    rule = "decimals_fit_currency: " if snapshot else ""
    if detail:
        assert isinstance(outcome, Rejected)
        assert outcome.detail == f"payload.items.0.unit_price: {rule}{detail}"
    else:
        assert isinstance(outcome, Event), outcome
