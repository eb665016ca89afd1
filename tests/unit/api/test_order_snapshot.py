"""The lists of order_snapshot in the contract of the service."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from api.contract.envelope import schemas
from api.contract.errors import InvalidEvent
from api.contract.order_snapshot import MOST_ELEMENTS
from api.contract.parser import Parser
from tests.support.events import element

MakeEvent = Callable[..., dict[str, Any]]
LINE = element("order_item_added", 1)
PAYMENT = element("payment_captured", 1)


def errors(parser: Parser, event: dict[str, Any]) -> dict[str, str]:
    try:
        parser.draft(json.dumps(event).encode())
    except InvalidEvent as invalid:
        return {error.field: error.detail for error in invalid.errors}
    return {}


def test_a_snapshot_with_everything(parser: Parser, make_event: MakeEvent) -> None:
    event = make_event(
        "order_snapshot",
        status="completed",
        items=[LINE],
        payments=[PAYMENT],
        discounts=[element("discount_applied", 1)],
        service_charges=[element("service_charge_added", 1)],
        refunds=[element("payment_refunded", 1)],
    )
    assert errors(parser, event) == {}


def test_a_list_that_is_absent_or_null_is_an_empty_one(parser: Parser, make_event: MakeEvent) -> None:
    assert errors(parser, make_event("order_snapshot", items=None, payments=[])) == {}


@pytest.mark.parametrize(
    ("lists", "field", "detail"),
    [
        ({"items": {}}, "payload.items", "Input should be a valid list"),
        ({"items": [LINE, {**LINE, "qty": 0}]}, "payload.items.1.qty", "must be greater than 0"),
        ({"items": [LINE] * (MOST_ELEMENTS + 1)}, "payload.items", "List should have at most 1000 items"),
        (
            {"items": [LINE, LINE]},
            "payload",
            "ids_are_unique: items.1.order_item_id: an earlier element has the id",
        ),
        (
            {"items": [{**LINE, "added_ts": "2199-01-01T00:00:00Z"}]},
            "payload.items.0.added_ts",
            "must lie between",
        ),
        ({"payments": [{**PAYMENT, "captured_ts": ...}]}, "payload.payments.0.captured_ts", "Field required"),
        (
            {"payments": [{**PAYMENT, "rounding": "0.02"}]},
            "payload.payments.0",
            "payment_adds_up: total must be",
        ),
        (
            {"scheduled_for": "2020-01-01T00:00:00Z"},
            "payload.scheduled_for",
            "must not lie a minute or more before order_ts",
        ),
    ],
)
def test_a_wrong_element_is_named(
    parser: Parser, make_event: MakeEvent, lists: dict[str, Any], field: str, detail: str
) -> None:
    event = make_event("order_snapshot", **lists)
    for one in event["payload"].get("payments", ()):
        for name in [name for name, value in one.items() if value is ...]:
            del one[name]

    ((name, text),) = errors(parser, event).items()

    assert name == field
    assert text.startswith(detail)


def test_openapi_describes_the_elements() -> None:
    named = schemas()
    assert "order_id" not in named["SnapshotOrderItemAdded"]["properties"]
    assert "captured_ts" in named["SnapshotPaymentCaptured"]["required"]
    assert named["OrderSnapshot"]["properties"]["items"]["anyOf"][0]["maxItems"] == MOST_ELEMENTS


@pytest.mark.parametrize(
    ("snapshot", "line", "detail"),
    [
        ("KWD", {"unit_price": "1.250"}, ""),
        ("KWD", {"unit_price": "1.2500"}, "items.0.unit_price must have at most 3 decimals in KWD"),
        ("JPY", {"unit_price": 500.50}, "items.0.unit_price must have no decimals in JPY"),
        (None, {"unit_price": "1.250"}, "items.0.unit_price must have at most 2 decimals"),
        ("JPY", {"unit_price": "1.250", "currency": "KWD"}, ""),
    ],
)
def test_amounts_without_a_currency_are_in_that_of_the_snapshot(
    parser: Parser, make_event: MakeEvent, snapshot: str | None, line: dict[str, Any], detail: str
) -> None:
    plain = {name: value for name, value in LINE.items() if name != "extended_price"}
    event = make_event("order_snapshot", currency=snapshot, items=[plain | line])
    rule = "decimals_fit_currency: " if snapshot else ""
    assert errors(parser, event) == ({"payload": rule + detail} if detail else {})
