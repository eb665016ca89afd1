"""Each field of the contract, at its edges."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.contract.envelope import schemas
from api.contract.errors import InvalidEvent
from api.contract.fields import parse_instant
from api.contract.parser import Parser
from api.contract.schemas import PAYLOADS

MakeEvent = Callable[..., dict[str, Any]]


def errors(parser: Parser, event: dict[str, Any] | str) -> dict[str, str]:
    text = event if isinstance(event, str) else json.dumps(event)
    try:
        parser.draft(text.encode())
    except InvalidEvent as invalid:
        return {error.field: error.detail for error in invalid.errors}
    return {}


@pytest.mark.parametrize("event_type", [*PAYLOADS, "loyalty_points_earned"])
def test_the_required_fields_of_every_type_are_enough(
    parser: Parser, make_event: MakeEvent, event_type: str
) -> None:
    assert errors(parser, make_event(event_type)) == {}


@pytest.mark.parametrize("event_type", PAYLOADS)
def test_each_required_field_is_named_when_it_is_missing(
    parser: Parser, make_event: MakeEvent, event_type: str
) -> None:
    required = [name for name, field in PAYLOADS[event_type].model_fields.items() if field.is_required()]
    event = make_event(event_type) | {"payload": {}}
    assert errors(parser, event) == {f"payload.{name}": "Field required" for name in required}


@pytest.mark.parametrize("literal", ["0", "12.50", "12.5", '"12.50"', "9999999999.99", "1e-2", "0.00"])
def test_money_that_is_accepted(parser: Parser, make_event: MakeEvent, literal: str) -> None:
    event = json.dumps(make_event("payment_captured", tip="TIP")).replace('"TIP"', literal)
    assert errors(parser, event) == {}


@pytest.mark.parametrize(
    ("literal", "detail"),
    [
        ("12.505", "must have at most 2 decimals"),
        ("12.500", "must have at most 2 decimals"),
        ("1e2", "must have at most 2 decimals"),
        ("-1", "must not be negative"),
        ("-0.00", "must not be negative"),
        ("10000000000", "must be less than 10^10"),
        ("true", "must be a number or a string of digits, as in 12.50"),
        ("null", "must be a number or a string of digits, as in 12.50"),
        ('"1e2"', "must be a number or a string of digits, as in 12.50"),
        ('" 1"', "must be a number or a string of digits, as in 12.50"),
        ('"NaN"', "must be a number or a string of digits, as in 12.50"),
        ('"\u0663"', "must be a number or a string of digits, as in 12.50"),
    ],
)
def test_money_that_is_not(parser: Parser, make_event: MakeEvent, literal: str, detail: str) -> None:
    event = json.dumps(make_event("payment_captured", tip="TIP")).replace('"TIP"', literal)
    assert errors(parser, event) == {"payload.tip": detail}


@pytest.mark.parametrize(
    ("currency", "literal", "detail"),
    [
        ("CAD", "12.50", ""),
        ("CAD", "12.505", "decimals_fit_currency: must have at most 2 decimals in CAD"),
        ("JPY", "1250", ""),
        ("JPY", '"1250.00"', "decimals_fit_currency: must have no decimals in JPY"),
        ("KWD", "1.250", ""),
        ("KWD", '"1.255"', ""),
        ("KWD", "1.2555", "decimals_fit_currency: must have at most 3 decimals in KWD"),
        ("UYW", "1.2555", ""),
        ("UYW", "1.25555", "decimals_fit_currency: must have at most 4 decimals in UYW"),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(
    parser: Parser, make_event: MakeEvent, currency: str, literal: str, detail: str
) -> None:
    whole = dict.fromkeys(("amount", "subtotal", "tax", "total"), 5)
    event = json.dumps(make_event("payment_captured", **whole, tip="TIP", currency=currency))
    assert errors(parser, event.replace('"TIP"', literal)) == ({"payload.tip": detail} if detail else {})


@pytest.mark.parametrize(
    ("event_type", "field", "value"),
    [
        ("order_item_added", "qty", 0),
        ("order_item_added", "qty", 1.2345),
        ("order_item_added", "qty", "two"),
        ("order_item_added", "qty", 1_000_000),
        ("order_item_added", "unit_price", -1),
        ("order_item_added", "kind", "coupon"),
        ("order_item_added", "tax_included", "yes"),
        ("order_item_added", "parent_item_id", 7),
        ("order_item_added", "parent_item_id", "x" * 201),
        ("order_item_added", "business_day", "today"),
        ("order_created", "guest_count", -1),
        ("order_created", "guest_count", "4"),
        ("order_created", "currency", "cad"),
        ("order_created", "currency", "CAD\n"),
        ("order_created", "currency", "XTS"),
        ("order_created", "currency", 124),
        ("payment_refunded", "currency", "euro"),
        ("order_created", "channel", ""),
        ("discount_applied", "kind", "gift"),
        ("discount_applied", "amount", -1),
        ("service_charge_added", "amount", -1),
        ("service_charge_added", "gratuity", 1),
        ("order_item_voided", "voided_ts", None),
        ("payment_voided", "payment_id", None),
        ("payment_captured", "rounding", "0.005"),
        ("payment_captured", "discount", -1),
        ("order_item_added", "item_name", ""),
        ("order_created", "service_type", "drive_in"),
        ("order_created", "order_id", 42),
        ("order_created", "order_id", ""),
        ("order_created", "order_id", "two\nlines"),
        ("order_created", "business_day", "2026-02-30"),
        ("order_created", "business_day", "20260301"),
        ("order_created", "order_ts", "2026-01-31"),
        ("order_created", "customer_id", "x" * 201),
        ("order_status_changed", "status", "lost"),
        ("payment_captured", "amount", -1),
        ("feedback_submitted", "rating", 6),
        ("feedback_submitted", "rating", 4.0),
        ("feedback_submitted", "rating", "5"),
        ("feedback_submitted", "nps", 11),
        ("feedback_submitted", "nps", True),
        ("menu_item_changed", "menu_item_id", ""),
        ("menu_item_changed", "menu_item_id", "x" * 201),
        ("menu_item_changed", "name", None),
        ("menu_item_changed", "price", -1),
        ("menu_item_changed", "cost", "1.505"),
        ("menu_item_changed", "changed_ts", "2026-01-31"),
        ("customer_changed", "customer_id", 7),
        ("customer_changed", "membership", ["gold"]),
        ("customer_changed", "changed_ts", None),
    ],
)
def test_values_out_of_their_range(
    parser: Parser, make_event: MakeEvent, event_type: str, field: str, value: object
) -> None:
    assert list(errors(parser, make_event(event_type, **{field: value}))) == [f"payload.{field}"]


@pytest.mark.parametrize(
    "text", ["42", "A-17/3", "№ 12", " ", "x" * 200, "{6f1d5a1e6f0c4c399f430f6a55c1a000}"]
)
def test_an_id_may_be_a_text(parser: Parser, make_event: MakeEvent, text: str) -> None:
    event = make_event("payment_captured", payment_id=text, order_id=text, business_day="2026-03-14")
    assert errors(parser, event) == {}


def test_the_rule_of_an_id_is_named(parser: Parser, make_event: MakeEvent) -> None:
    rule = "must be a UUID, or a text of 1 to 200 characters without control characters"
    assert errors(parser, make_event("order_created", order_id="")) == {"payload.order_id": rule}


BILL = {"amount": 21.5, "subtotal": 20, "tax": 2, "tip": 1, "total": 21.5}


@pytest.mark.parametrize(
    "more",
    [
        {"discount": 3, "service_charge": "1.50"},
        {"rounding": -1.5},
        {"rounding": "-1.50", "discount": None},
        {"rounding": 0, "discount": 2, "service_charge": 0.5},
    ],
)
def test_a_payment_that_adds_up(parser: Parser, make_event: MakeEvent, more: dict[str, Any]) -> None:
    assert errors(parser, make_event("payment_captured", **BILL, **more)) == {}


def test_the_rule_that_a_payment_breaks_is_named(parser: Parser, make_event: MakeEvent) -> None:
    assert errors(parser, make_event("payment_captured", **BILL, rounding="-0.02")) == {
        "payload": "payment_adds_up: total must be subtotal + tax + tip + service_charge - discount + rounding,"
        " which is 22.98, got 21.5"
    }
    unlike = {**BILL, "amount": 20}
    assert errors(parser, make_event("payment_captured", **unlike, rounding=-1.5)) == {
        "payload": "payment_is_its_total: amount must be total, which is 21.5, got 20"
    }


def test_a_payment_of_the_first_contract_has_no_such_rule(parser: Parser, make_event: MakeEvent) -> None:
    assert errors(parser, make_event("payment_captured", **{**BILL, "amount": 20})) == {}


def test_a_comped_order_is_closed_by_a_payment_of_nothing(parser: Parser, make_event: MakeEvent) -> None:
    nothing = dict.fromkeys(("amount", "subtotal", "tax", "tip", "total"), 0)
    assert errors(parser, make_event("payment_captured", **nothing)) == {}


def test_an_unknown_price_may_be_null_or_absent(parser: Parser, make_event: MakeEvent) -> None:
    for value in (None, ...):
        event = make_event("order_item_added", unit_price=value, extended_price=value, category=value)
        assert errors(parser, event) == {}
        event = make_event("menu_item_changed", price=value, cost=value, category=value)
        assert errors(parser, event) == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("event_id", "6f1d5a1e6f0c4c399f430f6a55c1a000"),
        ("event_type", "two\nlines"),
        ("event_type", ""),
        ("event_type", "stream_gap"),
        ("partition_key", 7),
        ("partition_key", "x" * 201),
        ("ts", "1999-12-31T23:59:59Z"),
        pytest.param("ts", (datetime.now(UTC) + timedelta(hours=49)).isoformat(), id="ts-too far ahead"),
        ("ts", 1_700_000_000),
        ("payload", []),
        ("payload", None),
        ("colour", "red"),
    ],
)
def test_the_envelope(parser: Parser, make_event: MakeEvent, field: str, value: object) -> None:
    assert list(errors(parser, make_event("noted") | {field: value})) == [field]


def test_all_errors_of_an_event_are_reported_at_once(parser: Parser, make_event: MakeEvent) -> None:
    event = make_event("payment_captured", amount=-1, tip="much") | {"ts": "yesterday"}
    assert set(errors(parser, event)) == {"ts", "payload.amount", "payload.tip"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T18:30:00Z", "2026-01-31T18:30:00+00:00"),
        ("2026-01-31t18:30:00.5z", "2026-01-31T18:30:00.500000+00:00"),
        ("2026-01-31T18:30:00.123456789-05:00", "2026-01-31T23:30:00.123456+00:00"),
    ],
)
def test_times(text: str, expected: str) -> None:
    assert parse_instant(text).isoformat() == expected


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T18:30:00",
        "2026-01-31 18:30:00Z",
        "2026-02-30T18:30:00Z",
        "2026-01-31T18:30:60Z",
        "20260131T183000Z",
        "2026-01-31T18:30:00+16:00",
        "1899-12-31T23:59:59Z",
        "0001-01-01T00:00:00+10:00",
        "\u0662026-01-31T18:30:00Z",
    ],
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"must|exists"):
        parse_instant(text)


def test_openapi_knows_every_type() -> None:
    named = schemas()
    assert {f"{payload.__name__}Event" for payload in PAYLOADS.values()} < named.keys()
    assert named["PaymentCaptured"]["properties"]["tip"]["anyOf"][0]["multipleOf"] == 0.01


@pytest.mark.parametrize("version", [0, 1, 2**63 - 1])
def test_a_version_within_its_bounds(parser: Parser, make_event: MakeEvent, version: int) -> None:
    draft = parser.draft(json.dumps(make_event("order_created") | {"version": version}).encode())
    assert draft.version == version


@pytest.mark.parametrize(
    ("version", "detail"),
    [
        (-1, "Input should be greater than or equal to 0"),
        (2**63, "Input should be less than or equal to 9223372036854775807"),
        (1.5, "Input should be a valid integer"),
        ("1", "Input should be a valid integer"),
        (True, "Input should be a valid integer"),
    ],
)
def test_a_version_beyond_them(parser: Parser, make_event: MakeEvent, version: Any, detail: str) -> None:
    assert errors(parser, make_event("order_created") | {"version": version}) == {"version": detail}


def test_no_version_and_null_are_the_same(parser: Parser, make_event: MakeEvent) -> None:
    event = make_event("order_created")
    assert parser.draft(json.dumps(event | {"version": None}).encode()) == parser.draft(
        json.dumps(event).encode()
    )
