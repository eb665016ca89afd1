"""Types of fields that only a restaurant has."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Protocol, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta

from restaurant_warehouse.currencies import USUAL_DECIMALS, Code, decimals_of
from sse_ingest.contract.fields import Exact, FieldOutOfRange, Name, OutOfRange
from sse_ingest.contract.named_ids import EXTERNAL, named

_FARTHEST_SCHEDULE = timedelta(days=731)  # two years
_ANY_DECIMALS = 200  # more than a literal can have: check_decimals() refuses what is too many
IN_SNAPSHOT = "is_in_snapshot"
"""An attribute of the types of the elements of a snapshot."""
_MINUTE = timedelta(minutes=1, microseconds=1)  # tills cut the time to whole minutes
_ROUNDED = timedelta(microseconds=1)  # a seventh decimal is rounded here, and cut off by the service


class Money(Exact):
    """An amount of at least 0. How many decimals it may have depends on the currency: see check_decimals()."""

    noun = "an amount of money (a number or a text of digits)"
    decimals = _ANY_DECIMALS
    places: int
    """How many decimals it has."""
    any_is_fine: ClassVar[bool] = False
    """Whether any amount with more than two decimals has been read."""

    @classmethod
    def of(cls, literal: object) -> "Money":
        """From a JSON literal. Raises TypeError or OutOfRange."""
        value = super().of(literal)
        assert isinstance(value, Money)
        value.places = max(0, -int(value.as_tuple().exponent))
        if value.places > USUAL_DECIMALS:
            Money.any_is_fine = True
        return value


class PositiveMoney(Money):
    """An amount of more than 0."""

    zero = False


class SignedMoney(Money):
    """An amount that may be negative."""

    signed = True


class Quantity(Exact):
    """A quantity of more than 0, with three decimals at most."""

    noun = "a quantity (a number or a text of digits)"
    decimals = 3
    limit = Decimal(10**6)
    zero = False


OrderId: TypeAlias = Annotated[UUID, named("order")]
ItemId: TypeAlias = Annotated[UUID, named("order_item", within="order_id")]
PaymentId: TypeAlias = Annotated[UUID, named("payment")]
RefundId: TypeAlias = Annotated[UUID, named("refund")]
DiscountId: TypeAlias = Annotated[UUID, named("discount", within="order_id")]
ChargeId: TypeAlias = Annotated[UUID, named("service_charge", within="order_id")]
FeedbackId: TypeAlias = Annotated[UUID, named("feedback")]
ExternalId: TypeAlias = Name | None
"""The text of the first id of a payload; None where that is a UUID. It is the last field of a payload."""

Rating: TypeAlias = Annotated[int, Meta(ge=1, le=5, description="an integer from 1 to 5")]
Nps: TypeAlias = Annotated[int, Meta(ge=0, le=10, description="an integer from 0 to 10")]
Guests: TypeAlias = Annotated[int, Meta(ge=0, le=100_000, description="an integer from 0 to 100000")]
Flag: TypeAlias = Annotated[bool, Meta(description="true or false")]
Currency: TypeAlias = Annotated[Code, Meta(description="a currency of ISO 4217, as in CAD")]
Service: TypeAlias = Annotated[
    Literal[
        "dine_in",
        "takeout",
        "delivery",
        "drive_thru",
        "curbside",
        "catering",
        "bar",
        "room_service",
        "other",
    ],
    Meta(
        description="dine_in, takeout, delivery, drive_thru, curbside, catering, bar, room_service or other"
    ),
]
LineKind: TypeAlias = Annotated[Literal["sale", "gift_card"], Meta(description="sale or gift_card")]
DiscountKind: TypeAlias = Annotated[
    Literal["discount", "comp", "promotion", "loyalty"],
    Meta(description="discount, comp, promotion or loyalty"),
]
Status: TypeAlias = Annotated[
    Literal["pending", "preparing", "ready", "completed", "cancelled"],
    Meta(description="pending, preparing, ready, completed or cancelled"),
]


def text_of_id() -> Any:
    """The field `external_id`. It is read from an id, and never from a field of a producer."""
    return msgspec.field(default=None, name=EXTERNAL)


def check_schedule(placed: datetime, scheduled: datetime) -> None:
    """Raise OutOfRange unless an order that was placed then can be scheduled for this time."""
    if not -_MINUTE < scheduled - placed <= _FARTHEST_SCHEDULE + _ROUNDED:
        raise OutOfRange(
            "payload.scheduled_for: must not lie a minute or more before order_ts, nor more than 731 days after it"
        )


class Priced(Protocol):
    """A payload with amounts, and perhaps their currency."""

    @property
    def currency(self) -> str | None: ...


def check_decimals(payload: Priced) -> None:
    """Raise OutOfRange when an amount has more decimals than the stated currency, or more than 2 without a currency.

    It costs next to nothing for a payload without a currency while no amount has more than two decimals. An element of
    a snapshot that states no currency has that of the snapshot, which checks it.
    """
    currency = payload.currency
    if currency is None and (not Money.any_is_fine or hasattr(payload, IN_SNAPSHOT)):
        return
    check_decimals_in(payload, currency)


def check_decimals_in(payload: Priced, currency: str | None, prefix: str = "") -> None:
    """The same for amounts in this currency. `prefix` is the path of the payload within a snapshot, with its dot."""
    most = decimals_of(currency)
    names: tuple[str, ...] = payload.__struct_fields__  # type: ignore[attr-defined]
    for name in names:
        value: Any = getattr(payload, name)
        if isinstance(value, Money) and value.places > most:
            allowed = f"at most {most} decimals" if most else "no decimals"
            rule = (
                f"decimals_fit_currency: must have {allowed} in {currency}"
                if currency
                else f"must have {allowed}"
            )
            raise FieldOutOfRange(rule, prefix + name)
