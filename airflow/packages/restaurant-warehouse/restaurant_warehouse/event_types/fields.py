"""Types of fields that only a restaurant has."""

from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from sse_ingest.contract.fields import Exact


class Money(Exact):
    """An amount of at least 0, with two decimals at most."""

    noun = "an amount of money (a number or a text of digits)"


class PositiveMoney(Money):
    """An amount of more than 0, with two decimals at most."""

    zero = False


class SignedMoney(Money):
    """An amount that may be negative, with two decimals at most."""

    signed = True


class Quantity(Exact):
    """A quantity of more than 0, with three decimals at most."""

    noun = "a quantity (a number or a text of digits)"
    decimals = 3
    limit = Decimal(10**6)
    zero = False


Rating: TypeAlias = Annotated[int, Meta(ge=1, le=5, description="an integer from 1 to 5")]
Nps: TypeAlias = Annotated[int, Meta(ge=0, le=10, description="an integer from 0 to 10")]
Guests: TypeAlias = Annotated[int, Meta(ge=0, le=100_000, description="an integer from 0 to 100000")]
Flag: TypeAlias = Annotated[bool, Meta(description="true or false")]
Currency: TypeAlias = Annotated[
    str, Meta(pattern=r"^[A-Z]{3}\Z", description="a currency of ISO 4217, as in CAD")
]
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
