"""For schemathesis, which test_schemathesis.py runs: rules that a JSON schema cannot express."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import schemathesis
from hypothesis import strategies as st

from api.contract.currencies import DECIMALS

# The service accepts a range of times whose end moves with the clock.
_MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2025, 12, 31)).map(lambda at: f"{at.isoformat()}Z")  # noqa: DTZ001
schemathesis.openapi.format("date-time", _MOMENTS)
_COMPARED = ("service_charge", "discount", "rounding")
_KEYS = {
    "items": "order_item_id",
    "discounts": "discount_id",
    "service_charges": "charge_id",
    "payments": "payment_id",
    "refunds": "refund_id",
}
_MOST = 10**10
_INTEGERS = ("guest_count", "nps", "rating", "version")


@schemathesis.hook
def map_body(_context: Any, body: Any) -> Any:
    """For JSON Schema 5.0 is an integer; for the contract and for jsonb it is not."""
    for event in body if isinstance(body, list) else [body]:
        if isinstance(event, dict):
            for part in (event, event.get("payload")):
                if isinstance(part, dict):
                    part |= {name: int(part[name]) for name in _INTEGERS if _is_whole(part.get(name))}
    return body


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """What a schema cannot say is left out: right values of `_COMPARED`, because such a payment has to add up; right
    currencies, because amounts have the decimals of their currency; and elements of a list that repeat an id.
    """
    for event in case.body if isinstance(case.body, list) else [case.body]:
        payload = event.get("payload") if isinstance(event, dict) else None
        if not isinstance(payload, dict):
            continue
        _leave_out_currency(payload)
        if event.get("event_type") == "payment_captured":
            _leave_out_compared(payload)
        if event.get("event_type") == "order_snapshot":
            for name, key in _KEYS.items():
                _leave_out_repeats(payload.get(name), key)
        if _is_time(payload.get("scheduled_for")):
            del payload["scheduled_for"]  # it has to follow order_ts


def _leave_out_currency(part: dict[str, Any]) -> None:
    if isinstance(part.get("currency"), str) and part["currency"] in DECIMALS:
        del part["currency"]


def _leave_out_compared(payment: dict[str, Any]) -> None:
    for name in _COMPARED:
        if _is_amount(payment.get(name), signed=name == "rounding"):
            del payment[name]


def _leave_out_repeats(elements: object, key: str) -> None:
    if not isinstance(elements, list):
        return
    ids = [one.get(key) if isinstance(one, dict) else None for one in elements]
    texts = [one.lower() if isinstance(one, str) else None for one in ids]
    elements[:] = [one for at, one in enumerate(elements) if texts[at] is None or texts[at] not in texts[:at]]
    for one in elements:
        if isinstance(one, dict):
            _leave_out_currency(one)
            if key == "payment_id":
                _leave_out_compared(one)


def _is_time(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def _is_amount(value: object, *, signed: bool) -> bool:
    """Whether the contract takes this amount; false for null and for an absent field, which compare nothing."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return False
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return False
    in_range = amount.is_finite() and abs(amount) < _MOST and (signed or amount >= 0)
    return in_range and amount == round(amount, 2)


def _is_whole(value: object) -> bool:
    return isinstance(value, float) and value.is_integer()
