"""The wire contract of published events, for validation and for OpenAPI.

Money is a JSON number or string with at most two decimals. It is checked as a Decimal and never passes through a
binary float; the log keeps the literal that was sent.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
    create_model,
)

_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)  # https://www.rfc-editor.org/rfc/rfc3339#section-5.6
RESERVED = "stream_gap"
"""The name of the stream's own notice, which no event may bear."""
LONGEST_KEY = 200
_PLAIN_DECIMAL = re.compile(r"\d{1,10}(\.\d{1,2})?", re.ASCII)
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST = datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC)  # the second itself: fractions may be rounded up
_FARTHEST_ZONE = timedelta(hours=16)  # what PostgreSQL takes


def parse_instant(text: object) -> datetime:
    """An RFC 3339 time in UTC. Digits beyond microseconds are cut off."""
    match = _RFC3339.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError("must be an RFC 3339 time with its offset, as in 2026-01-31T18:30:00Z")
    day, clock, fraction, zone = match.groups()
    micros = (fraction or "")[:6].ljust(6, "0")
    try:
        local = datetime.fromisoformat(f"{day}T{clock}.{micros}{zone.upper()}")
        moment = local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("is no time that exists") from None
    if abs(local.utcoffset() or timedelta()) >= _FARTHEST_ZONE:
        raise ValueError("must have an offset of less than 16 hours")
    if not _EARLIEST <= moment <= _LATEST:
        raise ValueError(f"must lie in the years {_EARLIEST.year} to {_LATEST.year}")
    return moment


def _amount(places: int, digits: int, *, positive: bool, text: bool) -> Callable[[object], Decimal]:
    kind = "a number or a string of digits" if text else "a number"

    def check(value: object) -> Decimal:
        if type(value) is int:
            number = Decimal(value)
        elif isinstance(value, Decimal):
            number = value
        elif text and isinstance(value, str) and _PLAIN_DECIMAL.fullmatch(value):
            number = Decimal(value)
        else:
            raise ValueError(f"must be {kind}, as in 12.50")
        if not -places <= int(number.as_tuple().exponent) <= 0:
            raise ValueError(f"must have at most {places} decimals")
        if number.is_signed() or (positive and not number):
            raise ValueError("must be greater than 0" if positive else "must not be negative")
        if number >= 10**digits:
            raise ValueError(f"must be less than 10^{digits}")
        return number

    return check


def _schema(places: int, digits: int, *, positive: bool, text: bool) -> dict[str, Any]:
    number: dict[str, Any] = {"type": "number", "multipleOf": 10**-places, "exclusiveMaximum": 10**digits}
    number["exclusiveMinimum" if positive else "minimum"] = 0
    if not text:
        return number
    literal: dict[str, Any] = {"type": "string", "pattern": f"^[0-9]{{1,{digits}}}(\\.[0-9]{{1,{places}}})?$"}
    if positive:
        literal["not"] = {"pattern": "^[0.]*$"}
    return {"anyOf": [number, literal]}


Money = Annotated[
    Decimal,
    PlainValidator(_amount(2, 10, positive=False, text=True)),
    WithJsonSchema(_schema(2, 10, positive=False, text=True)),
]
Price = Annotated[
    Decimal,
    PlainValidator(_amount(2, 10, positive=True, text=True)),
    WithJsonSchema(_schema(2, 10, positive=True, text=True)),
]
Quantity = Annotated[
    Decimal,
    PlainValidator(_amount(3, 6, positive=True, text=False)),
    WithJsonSchema(_schema(3, 6, positive=True, text=False)),
]
Instant = Annotated[
    datetime, PlainValidator(parse_instant), WithJsonSchema({"type": "string", "format": "date-time"})
]
Uuid = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"),
    Field(json_schema_extra={"format": "uuid"}),
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_KEY, pattern=r"^[^\x00-\x1f\x7f]+$")]
LongText = Annotated[str, StringConstraints(max_length=10_000)]


class _Payload(BaseModel):
    """Fields beyond these are kept as they are."""

    model_config = ConfigDict(strict=True, extra="ignore")


class OrderCreated(_Payload):
    """A guest ordered."""

    order_id: Uuid
    visit_id: Text | None = None
    service_type: Literal["dine_in", "takeout", "delivery"]
    order_ts: Instant
    location_code: Text
    customer_id: Text | None = None
    city: Text | None = None


class OrderItemAdded(_Payload):
    """A line of an order. A price or category that is null or absent is unknown, never zero."""

    order_item_id: Uuid
    order_id: Uuid
    menu_item_id: Text | None = None
    category: Text | None = None
    item_name: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    unit_price: Price | None = None
    qty: Quantity
    extended_price: Money | None = None


class OrderStatusChanged(_Payload):
    """The kitchen or the till moved an order on."""

    order_id: Uuid
    status: Literal["pending", "preparing", "ready", "completed", "cancelled"]
    changed_ts: Instant


class PaymentCaptured(_Payload):
    """A payment, or a part of one, was taken."""

    payment_id: Uuid
    order_id: Uuid
    method: Text
    provider: Text | None = None
    amount: Price
    auth_code: Text | None = None
    subtotal: Money
    tax: Money
    tip: Money
    total: Money
    location_code: Text | None = None


class PaymentRefunded(_Payload):
    """A payment was given back, in part or whole."""

    refund_id: Uuid
    payment_id: Uuid
    order_id: Uuid
    amount: Price
    reason: LongText | None = None
    refunded_ts: Instant


class FeedbackSubmitted(_Payload):
    """A guest said how it was."""

    feedback_id: Uuid
    order_id: Uuid | None = None
    customer_id: Text | None = None
    rating: Annotated[int, Field(ge=1, le=5)]
    nps: Annotated[int, Field(ge=0, le=10)] | None = None
    comment: LongText | None = None
    created_ts: Instant


class MenuItemChanged(_Payload):
    """An item of the menu is like this from now on, whole: what is null or absent is unknown from now on."""

    menu_item_id: Text
    name: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    category: Text | None = None
    price: Money | None = None
    cost: Money | None = None
    changed_ts: Instant


class CustomerChanged(_Payload):
    """A guest is like this from now on, whole: what is null or absent is unknown from now on."""

    customer_id: Text
    city: Text | None = None
    membership: Text | None = None
    changed_ts: Instant


PAYLOADS: dict[str, type[BaseModel]] = {
    "order_created": OrderCreated,
    "order_item_added": OrderItemAdded,
    "order_status_changed": OrderStatusChanged,
    "payment_captured": PaymentCaptured,
    "payment_refunded": PaymentRefunded,
    "feedback_submitted": FeedbackSubmitted,
    "menu_item_changed": MenuItemChanged,
    "customer_changed": CustomerChanged,
}


class Envelope(BaseModel):
    """An event as it is published. An event_type that is not known here may carry any object as its payload."""

    model_config = ConfigDict(strict=True, extra="forbid")

    offset: Annotated[Any, Field(description="ignored: the service assigns it")] = None
    event_id: Annotated[
        Uuid, Field(description="the identity of the event, for ever; repeat it when you retry")
    ]
    event_type: Annotated[Key, Field(examples=["order_created"])]
    ts: Annotated[Instant, Field(description="when it happened")]
    partition_key: Annotated[Key, Field(description="the location code", examples=["LOC-ON-001"])]
    payload: dict[str, Any]


def schemas() -> dict[str, Any]:
    """JSON schemas of the published events for OpenAPI: one for each known type, and the open one."""
    found: dict[str, Any] = {}
    models: list[type[BaseModel]] = [Envelope]
    for name, payload in PAYLOADS.items():
        fields: dict[str, Any] = {"event_type": (Literal[name], ...), "payload": (payload, ...)}
        models.append(
            create_model(f"{payload.__name__}Event", __base__=Envelope, __doc__=payload.__doc__, **fields)
        )
    for model in models:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        found |= schema.pop("$defs", {})
        found[model.__name__] = schema
    # The open one is for the other types: one that is known must be as its own schema says.
    found[Envelope.__name__]["properties"]["event_type"]["not"] = {"enum": [*PAYLOADS, RESERVED]}
    found["Event"] = {
        "anyOf": [{"$ref": f"#/components/schemas/{m.__name__}"} for m in (*models[1:], models[0])]
    }
    return found
