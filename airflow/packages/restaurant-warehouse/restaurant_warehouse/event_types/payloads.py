"""The payloads of the known event types. Fields beyond these are welcome, and kept in raw.

Everything that passes can be cast by PostgreSQL to the column it is meant for. Money is exact: it is read
from its literal, a JSON number or a text, and never goes through a binary float.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_WIDEST_ZONE = timedelta(hours=16)  # PostgreSQL refuses offsets of 16 hours and more
_CACHED_LITERALS = 50_000
_LITERAL = re.compile(r"-?[0-9]{1,16}(?:\.[0-9]{1,15})?(?:[eE][-+]?[0-9]{1,2})?")


class OutOfRange(ValueError):
    """The right type, but not a value of the field."""


class Exact(Decimal):
    """A decimal number with a limit on size and decimals. Subclasses are the types of fields."""

    text: str
    """The number in digits, as PostgreSQL would show it."""

    noun: ClassVar = "a number"
    decimals: ClassVar = 2
    limit: ClassVar = Decimal(10**10)
    zero: ClassVar = True

    @classmethod
    def of(cls, literal: object) -> "Exact":
        """From a JSON literal. Raises TypeError or OutOfRange."""
        if isinstance(literal, bool) or not isinstance(literal, int | str):
            raise TypeError(cls.noun)
        value = cls(literal) if isinstance(literal, int) or _LITERAL.fullmatch(literal) else None
        if value is None:
            raise OutOfRange(f"must be {cls.noun}") if _numeric(literal) else TypeError(cls.noun)
        if value < 0 or not (value or cls.zero):
            raise OutOfRange(f"must be {'>=' if cls.zero else '>'} 0")
        if value >= cls.limit:
            raise OutOfRange(f"must be < {cls.limit}")
        if int(value.as_tuple().exponent) < -cls.decimals:
            raise OutOfRange(f"must have at most {cls.decimals} decimals")
        value.text = format(value, "f")
        return value


def _numeric(literal: object) -> bool:
    return (
        isinstance(literal, str)
        and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?", literal) is not None
    )


class Money(Exact):
    """At least 0, in cents."""

    noun = "an amount of money (a number or a text of digits)"


class PositiveMoney(Money):
    """More than 0, in cents."""

    zero = False


class Quantity(Exact):
    """More than 0, in thousandths."""

    noun = "a quantity (a number or a text of digits)"
    decimals = 3
    limit = Decimal(10**6)
    zero = False


class _Known(dict[Any, Exact]):
    """Literals read before: prices recur, and a look-up is several times faster than reading."""

    def __init__(self, read: Callable[[object], Exact]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, literal: object) -> Exact:
        value = self._read(literal)
        if len(self) >= _CACHED_LITERALS:
            self.clear()
        self[literal] = value
        return value


_KNOWN: dict[type, _Known] = {kind: _Known(kind.of) for kind in (Money, PositiveMoney, Quantity)}


def _exact(kind: type, literal: object) -> Exact:
    """Hook of msgspec. Floats come as their literal (float_hook=str). True equals 1 and must not be looked up."""
    if literal.__class__ is bool:
        raise TypeError(kind.noun)  # type: ignore[attr-defined]
    return _KNOWN[kind][literal]


def check_moment(moment: datetime) -> None:
    """Raise OutOfRange unless PostgreSQL and the calendar of the warehouse can hold it."""
    if not EARLIEST <= moment < LATEST:
        raise OutOfRange("must lie in the years 1900 to 2199")
    if moment.tzinfo is not UTC and abs(moment.utcoffset() or timedelta()) >= _WIDEST_ZONE:
        raise OutOfRange("must have a zone offset of less than 16 hours")


Moment: TypeAlias = Annotated[datetime, Meta(tz=True, description="an RFC 3339 timestamp with a zone")]
Id: TypeAlias = Annotated[UUID, Meta(description="a UUID")]
Text: TypeAlias = Annotated[str, Meta(description="a text")]
Name: TypeAlias = Annotated[str, Meta(max_length=200, description="a text of at most 200 characters")]
Rating: TypeAlias = Annotated[int, Meta(ge=1, le=5, description="an integer from 1 to 5")]
Nps: TypeAlias = Annotated[int, Meta(ge=0, le=10, description="an integer from 0 to 10")]
Service: TypeAlias = Annotated[
    Literal["dine_in", "takeout", "delivery"], Meta(description="dine_in, takeout or delivery")
]
Status: TypeAlias = Annotated[
    Literal["pending", "preparing", "ready", "completed", "cancelled"],
    Meta(description="pending, preparing, ready, completed or cancelled"),
]


class OrderCreated(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An order begins."""

    order_id: Id
    visit_id: Name | None = None
    service_type: Service
    order_ts: Moment
    location_code: Text
    customer_id: Name | None = None
    city: Text | None = None

    def __post_init__(self) -> None:
        check_moment(self.order_ts)


class OrderItemAdded(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A line of an order. An unknown price or category is null or absent."""

    order_item_id: Id
    order_id: Id
    menu_item_id: Name | None = None
    category: Text | None = None
    item_name: Text
    unit_price: PositiveMoney | None = None
    qty: Quantity
    extended_price: Money | None = None


class OrderStatusChanged(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An order moves on."""

    order_id: Id
    status: Status
    changed_ts: Moment

    def __post_init__(self) -> None:
        check_moment(self.changed_ts)


class PaymentCaptured(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Money received for an order."""

    payment_id: Id
    order_id: Id
    method: Text
    provider: Text | None = None
    amount: PositiveMoney
    auth_code: Text | None = None
    subtotal: Money
    tax: Money
    tip: Money
    total: Money
    location_code: Text | None = None


class PaymentRefunded(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Money given back for a payment."""

    refund_id: Id
    payment_id: Id
    order_id: Id
    amount: PositiveMoney
    reason: Text | None = None
    refunded_ts: Moment

    def __post_init__(self) -> None:
        check_moment(self.refunded_ts)


class FeedbackSubmitted(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a guest thought of it."""

    feedback_id: Id
    order_id: Id | None = None
    customer_id: Name | None = None
    rating: Rating
    nps: Nps | None = None
    comment: Text | None = None
    created_ts: Moment

    def __post_init__(self) -> None:
        check_moment(self.created_ts)


class MenuItemChanged(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An item of the menu from then on, whole: what is null or absent is unknown from then on."""

    menu_item_id: Name
    name: Text
    category: Text | None = None
    price: Money | None = None
    cost: Money | None = None
    changed_ts: Moment

    def __post_init__(self) -> None:
        check_moment(self.changed_ts)


class CustomerChanged(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A guest from then on, whole: what is null or absent is unknown from then on."""

    customer_id: Name
    city: Text | None = None
    membership: Text | None = None
    changed_ts: Moment

    def __post_init__(self) -> None:
        check_moment(self.changed_ts)


PAYLOADS: dict[str, type[msgspec.Struct]] = {
    "order_created": OrderCreated,
    "order_item_added": OrderItemAdded,
    "order_status_changed": OrderStatusChanged,
    "payment_captured": PaymentCaptured,
    "payment_refunded": PaymentRefunded,
    "feedback_submitted": FeedbackSubmitted,
    "menu_item_changed": MenuItemChanged,
    "customer_changed": CustomerChanged,
}
"""The known event types. Any other is kept raw, its payload unexamined."""


def decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    """A decoder that reads exact numbers from their literals."""
    return msgspec.json.Decoder(kind, dec_hook=_exact, float_hook=str)
