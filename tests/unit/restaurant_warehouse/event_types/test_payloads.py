"""Each field of each known type, with the words of its dead letter."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from restaurant_warehouse.contract import PAYLOADS, restaurant_parser
from sse_ingest.contract.named_ids import EXTERNAL
from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.events import Event, Rejected
from sse_ingest.sources.sse_decoder import Frame

Make = Callable[..., Frame]
Payloads = dict[str, dict[str, Any]]
parse = restaurant_parser().parse
SERVICE = "dine_in, takeout, delivery, drive_thru, curbside, catering, bar, room_service or other"
LONG = f'must be a text of at most 200 characters, got "{"x" * 58}…'
ID = "a UUID, or a text of 1 to 200 characters without control characters"
TIME = "an RFC 3339 timestamp with a zone"
SCHEDULE = "must not lie a minute or more before order_ts, nor more than 731 days after it"
QUANTITY = "a quantity (a number or a text of digits)"
MONEY = "an amount of money (a number or a text of digits)"


def refused(frame: Frame) -> tuple[str, str]:
    outcome = parse(frame)
    assert isinstance(outcome, Rejected), outcome
    return outcome.reason_code, outcome.detail


@pytest.mark.parametrize(
    ("event_type", "field", "value", "reason", "detail"),
    [
        ("order_created", "order_id", 7, Reason.WRONG_TYPE, f"must be {ID}, got 7"),
        ("order_created", "order_id", None, Reason.WRONG_TYPE, f"must be {ID}, got null"),
        ("order_created", "order_id", "two\nlines", Reason.OUT_OF_RANGE, f'must be {ID}, got "two\\nlines"'),
        ("payment_refunded", "payment_id", "x" * 201, Reason.OUT_OF_RANGE, f'must be {ID}, got "{"x" * 58}…'),
        ("order_created", "service_type", "dinein", Reason.OUT_OF_RANGE, f'must be {SERVICE}, got "dinein"'),
        ("order_created", "service_type", 1, Reason.WRONG_TYPE, f"must be {SERVICE}, got 1"),
        ("order_created", "visit_id", "x" * 201, Reason.OUT_OF_RANGE, LONG),
        ("order_created", "location_code", None, Reason.WRONG_TYPE, "must be a text, got null"),
        ("order_created", "scheduled_for", "later", Reason.BAD_TIMESTAMP, f'must be {TIME}, got "later"'),
        ("order_created", "scheduled_for", "2200-01-01T00:00:00Z", Reason.OUT_OF_RANGE,
         'must lie in the years 1900 to 2199, got "2200-01-01T00:00:00Z"'),
        ("order_created", "scheduled_for", "2026-01-31T18:28:59Z", Reason.OUT_OF_RANGE, SCHEDULE),
        ("order_created", "scheduled_for", "2028-02-01T18:30:01Z", Reason.OUT_OF_RANGE, SCHEDULE),
        ("order_item_added", "unit_price", -1, Reason.OUT_OF_RANGE, "must be >= 0, got -1"),
        ("order_item_added", "kind", "coupon", Reason.OUT_OF_RANGE, 'must be sale or gift_card, got "coupon"'),
        ("order_item_added", "tax_included", 1, Reason.WRONG_TYPE, "must be true or false, got 1"),
        ("order_created", "guest_count", -1, Reason.OUT_OF_RANGE, "must be an integer from 0 to 100000, got -1"),
        ("order_created", "currency", "cad", Reason.OUT_OF_RANGE,
         'must be a currency of ISO 4217, as in CAD, got "cad"'),
        ("order_created", "currency", "CAD\n", Reason.OUT_OF_RANGE,
         'must be a currency of ISO 4217, as in CAD, got "CAD\\n"'),
        ("order_created", "currency", "XTS", Reason.OUT_OF_RANGE,
         'must be a currency of ISO 4217, as in CAD, got "XTS"'),
        ("payment_refunded", "currency", "euro", Reason.OUT_OF_RANGE,
         'must be a currency of ISO 4217, as in CAD, got "euro"'),
        ("discount_applied", "kind", "gift", Reason.OUT_OF_RANGE,
         'must be discount, comp, promotion or loyalty, got "gift"'),
        ("discount_applied", "amount", -1, Reason.OUT_OF_RANGE, "must be >= 0, got -1"),
        ("payment_refunded", "amount", "0.00", Reason.OUT_OF_RANGE, 'must be > 0, got "0.00"'),
        ("service_charge_added", "amount", -1, Reason.OUT_OF_RANGE, "must be >= 0, got -1"),
        ("payment_captured", "rounding", -(10**10), Reason.OUT_OF_RANGE,
         "must be < 10000000000 and > -10000000000, got -10000000000"),
        ("payment_captured", "rounding", "0.005", Reason.OUT_OF_RANGE, 'must have at most 2 decimals, got "0.005"'),
        ("order_item_added", "unit_price", 1.234, Reason.OUT_OF_RANGE, "must have at most 2 decimals, got 1.234"),
        ("order_item_added", "unit_price", 10**10, Reason.OUT_OF_RANGE, "must be < 10000000000, got 10000000000"),
        ("order_item_added", "unit_price", 10**400, Reason.OUT_OF_RANGE, f"must be < 10000000000, got 1{'0' * 58}…"),
        ("order_item_added", "unit_price", 10**4000, Reason.OUT_OF_RANGE, f"must be < 10000000000, got 1{'0' * 58}…"),
        ("order_item_added", "unit_price", True, Reason.WRONG_TYPE, f"must be {MONEY}, got true"),
        ("order_item_added", "unit_price", "12,50", Reason.WRONG_TYPE, f'must be {MONEY}, got "12,50"'),
        ("order_item_added", "unit_price", "NaN", Reason.WRONG_TYPE, f'must be {MONEY}, got "NaN"'),
        ("order_item_added", "unit_price", "１２", Reason.WRONG_TYPE, f'must be {MONEY}, got "\\uff11\\uff12"'),
        ("order_item_added", "unit_price", "1_0", Reason.WRONG_TYPE, f'must be {MONEY}, got "1_0"'),
        ("order_item_added", "unit_price", [], Reason.WRONG_TYPE, f"must be {MONEY}, got []"),
        ("order_item_added", "extended_price", -0.01, Reason.OUT_OF_RANGE, "must be >= 0, got -0.01"),
        ("order_item_added", "qty", 0, Reason.OUT_OF_RANGE, "must be > 0, got 0"),
        ("order_item_added", "qty", 0.0001, Reason.OUT_OF_RANGE, "must have at most 3 decimals, got 0.0001"),
        ("order_item_added", "qty", 10**6, Reason.OUT_OF_RANGE, "must be < 1000000, got 1000000"),
        ("order_item_added", "qty", None, Reason.WRONG_TYPE, f"must be {QUANTITY}, got null"),
        ("order_status_changed", "status", "lost", Reason.OUT_OF_RANGE,
         'must be pending, preparing, ready, completed or cancelled, got "lost"'),
        ("order_status_changed", "changed_ts", "now", Reason.BAD_TIMESTAMP, f'must be {TIME}, got "now"'),
        ("payment_captured", "tip", -1, Reason.OUT_OF_RANGE, "must be >= 0, got -1"),
        ("payment_captured", "amount", -1, Reason.OUT_OF_RANGE, "must be >= 0, got -1"),
        ("payment_refunded", "amount", -5, Reason.OUT_OF_RANGE, "must be > 0, got -5"),
        ("payment_refunded", "reason", {}, Reason.WRONG_TYPE, "must be a text, got {}"),
        ("feedback_submitted", "rating", 6, Reason.OUT_OF_RANGE, "must be an integer from 1 to 5, got 6"),
        ("feedback_submitted", "rating", 4.5, Reason.WRONG_TYPE, "must be an integer from 1 to 5, got 4.5"),
        ("feedback_submitted", "nps", 11, Reason.OUT_OF_RANGE, "must be an integer from 0 to 10, got 11"),
        ("feedback_submitted", "order_id", "", Reason.OUT_OF_RANGE, f'must be {ID}, got ""'),
        ("menu_item_changed", "menu_item_id", "x" * 201, Reason.OUT_OF_RANGE, LONG),
        ("menu_item_changed", "name", None, Reason.WRONG_TYPE, "must be a text, got null"),
        ("menu_item_changed", "price", -1, Reason.OUT_OF_RANGE, "must be >= 0, got -1"),
        ("menu_item_changed", "cost", 1.005, Reason.OUT_OF_RANGE, "must have at most 2 decimals, got 1.005"),
        ("menu_item_changed", "changed_ts", "now", Reason.BAD_TIMESTAMP, f'must be {TIME}, got "now"'),
        ("customer_changed", "customer_id", 7, Reason.WRONG_TYPE,
         "must be a text of at most 200 characters, got 7"),
        ("customer_changed", "membership", True, Reason.WRONG_TYPE, "must be a text, got true"),
        ("customer_changed", "changed_ts", "1800-01-01T00:00:00Z", Reason.OUT_OF_RANGE,
         'must lie in the years 1900 to 2199, got "1800-01-01T00:00:00Z"'),
    ],
)  # fmt: skip
def test_a_value_that_is_wrong(
    make_frame: Make, payloads: Payloads, event_type: str, field: str, value: Any, reason: Reason, detail: str
) -> None:
    payload = {**payloads[event_type], field: value}
    assert refused(make_frame(event_type, payload)) == (reason, f"payload.{field}: {detail}")


DECIMALS = [
    ("CAD", "12.50", ""),
    ("CAD", "12.505", 'must have at most 2 decimals in CAD, got "12.505"'),
    ("JPY", "1250", ""),
    ("JPY", 1250, ""),
    ("JPY", "1250.00", 'must have no decimals in JPY, got "1250.00"'),
    ("JPY", 12.5, "must have no decimals in JPY, got 12.5"),
    ("KWD", "1.250", ""),
    ("KWD", 1.255, ""),
    ("KWD", "1.2555", 'must have at most 3 decimals in KWD, got "1.2555"'),
    ("UYW", "1.2555", ""),
]


@pytest.mark.parametrize(("currency", "amount", "detail"), DECIMALS)
@pytest.mark.parametrize(
    ("event_type", "field"),
    [
        ("order_item_added", "unit_price"),
        ("discount_applied", "amount"),
        ("service_charge_added", "amount"),
        ("payment_captured", "tip"),
        ("payment_refunded", "amount"),
        ("menu_item_changed", "cost"),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(
    make_frame: Make,
    payloads: Payloads,
    event_type: str,
    field: str,
    currency: str,
    amount: Any,
    detail: str,
) -> None:
    whole = {
        name: 5
        for name, value in payloads[event_type].items()
        if name
        in ("unit_price", "extended_price", "amount", "subtotal", "tax", "tip", "total", "price", "cost")
        and value is not None
    }
    body = {**payloads[event_type], **whole, "currency": currency, field: amount}
    outcome = parse(make_frame(event_type, body))
    if detail:
        assert refused(make_frame(event_type, body)) == (
            Reason.OUT_OF_RANGE,
            f"payload.{field}: decimals_fit_currency: {detail}",
        )
    else:
        assert isinstance(outcome, Event), outcome


BILL = {"amount": 21.5, "subtotal": 20, "tax": 2, "tip": 1, "total": 21.5}
ADDS_UP = "payment_adds_up: total must be subtotal + tax + tip + service_charge - discount + rounding"


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"rounding": "-0.02"}, f"{ADDS_UP}, which is 22.98, got 21.5"),
        ({"discount": 3}, f"{ADDS_UP}, which is 20, got 21.5"),
        ({"service_charge": 0}, f"{ADDS_UP}, which is 23, got 21.5"),
        (
            {"rounding": -1.5, "amount": 20},
            "payment_is_its_total: amount must be total, which is 21.5, got 20",
        ),
    ],
)
def test_the_rule_that_a_payment_breaks_is_named(
    make_frame: Make, payloads: Payloads, fields: dict[str, Any], rule: str
) -> None:
    body = {**payloads["payment_captured"], **BILL, **fields}
    reason, detail = refused(make_frame("payment_captured", body))
    assert (reason, detail.startswith(rule)) == (Reason.OUT_OF_RANGE, True), detail


@pytest.mark.parametrize(
    "fields", [{}, {"rounding": "-1.50"}, {"discount": 3, "service_charge": "1.50"}, {"amount": 7}]
)
def test_a_payment_that_adds_up_or_does_not_say_so(
    make_frame: Make, payloads: Payloads, fields: dict[str, Any]
) -> None:
    """A payment of the first contract has no rule: the warehouse reports what does not add up."""
    body = {**payloads["payment_captured"], **BILL, **fields}
    assert isinstance(parse(make_frame("payment_captured", body)), Event)


def test_a_comped_order_is_closed_by_a_payment_of_nothing(make_frame: Make, payloads: Payloads) -> None:
    nothing = dict.fromkeys(("amount", "subtotal", "tax", "tip", "total", "rounding"), 0)
    body = {**payloads["payment_captured"], **nothing}
    assert isinstance(parse(make_frame("payment_captured", body)), Event)


def test_every_required_field_is_missed(make_frame: Make, payloads: Payloads) -> None:
    for event_type, payload in payloads.items():
        required = {field.name for field in msgspec.structs.fields(PAYLOADS[event_type]) if field.required}
        assert required <= set(payload)
        for name in required:
            less = {key: value for key, value in payload.items() if key != name}
            expected = (Reason.MISSING_FIELD, f"payload.{name}: is required")
            assert refused(make_frame(event_type, less)) == expected


def test_every_field_refuses_an_object(make_frame: Make, payloads: Payloads) -> None:
    for event_type, payload in payloads.items():
        for field in msgspec.structs.fields(PAYLOADS[event_type]):
            if field.encode_name == EXTERNAL:
                continue
            reason, detail = refused(make_frame(event_type, {**payload, field.name: {"a": 1}}))
            assert reason == Reason.WRONG_TYPE
            assert detail.startswith(f"payload.{field.name}: must be ")
            assert detail.endswith(', got {"a": 1}')


def test_a_number_too_long_for_any_integer_is_out_of_range(make_frame: Make, payloads: Payloads) -> None:
    payload = json.dumps(payloads["payment_refunded"]).replace('"amount": 1', f'"amount": {"1" * 20_000}')
    assert refused(make_frame("payment_refunded", payload.encode()))[0] == Reason.OUT_OF_RANGE


@pytest.mark.parametrize("payload", [b"null", b"[]", b'"x"', b"5"])
def test_a_payload_is_an_object(make_frame: Make, payload: bytes) -> None:
    expected = (Reason.NOT_AN_OBJECT, f"payload: must be an object, got {payload.decode()}")
    assert refused(make_frame("order_created", payload)) == expected
    assert refused(make_frame("unheard_of", payload)) == expected


def test_true_is_no_one_even_after_a_one_was_seen(make_frame: Make, payloads: Payloads) -> None:
    payment = payloads["payment_captured"]
    parse(make_frame("payment_captured", {**payment, "tip": 1}))
    assert refused(make_frame("payment_captured", {**payment, "tip": True}))[0] == Reason.WRONG_TYPE


def test_every_reason_has_a_sentence() -> None:
    assert all(reason.sentence.endswith(".") for reason in Reason)
    assert len({reason.sentence for reason in Reason}) == len(Reason)
