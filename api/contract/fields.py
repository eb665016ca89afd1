"""The types of the contract's fields: each checks a value and has its JSON schema.

Money is a JSON number or string. It is checked as a Decimal and never passes through a binary float; the log keeps the
literal of the producer. It has at most two decimals, or as many as the currency that the payload states.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, PlainValidator, StringConstraints, WithJsonSchema

from api.contract.currencies import DECIMALS, known_currency

_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)  # https://www.rfc-editor.org/rfc/rfc3339#section-5.6
LONGEST_KEY = 200
_PLAIN_DECIMAL = re.compile(r"\d{1,10}(\.\d{1,9})?", re.ASCII)
_SIGNED_DECIMAL = re.compile(r"-?\d{1,10}(\.\d{1,9})?", re.ASCII)
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST = datetime(
    2199, 12, 31, 23, 59, 59, tzinfo=UTC
)  # without a fraction, because a fraction can be rounded up
FARTHEST_SCHEDULE = timedelta(days=731)  # two years
MINUTE = timedelta(minutes=1)
_FARTHEST_ZONE = timedelta(hours=16)  # the limit of PostgreSQL


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


def check_schedule(placed: datetime, scheduled: datetime) -> None:
    """Raise ValueError unless an order that was placed then can be scheduled for this time.

    Tills cut the time to whole minutes, so it may lie in the minute before.
    """
    if not placed - MINUTE < scheduled <= placed + FARTHEST_SCHEDULE:
        raise ValueError("must not lie a minute or more before order_ts, nor more than 731 days after it")


def _amount(
    places: int,
    digits: int,
    *,
    positive: bool = False,
    signed: bool = False,
    checked: bool = True,
) -> Callable[[object], Decimal]:
    """A check of an amount. Unless `checked`, a later check refuses too many decimals."""
    pattern = _SIGNED_DECIMAL if signed else _PLAIN_DECIMAL

    def check(value: object) -> Decimal:
        if type(value) is int:
            number = Decimal(value)
        elif isinstance(value, Decimal):
            number = value
        elif isinstance(value, str) and pattern.fullmatch(value):
            number = Decimal(value)
        else:
            raise ValueError("must be a number or a string of digits, as in 12.50")
        exponent = int(number.as_tuple().exponent)
        if exponent > 0 or (checked and exponent < -places):
            raise ValueError(f"must have at most {places} decimals")
        if not signed and (number.is_signed() or (positive and not number)):
            raise ValueError("must be greater than 0" if positive else "must not be negative")
        if abs(number) >= 10**digits:
            raise ValueError(f"must be less than 10^{digits}")
        return number

    return check


def _schema(places: int, digits: int, *, positive: bool) -> dict[str, Any]:
    number: dict[str, Any] = {"type": "number", "multipleOf": 10**-places, "exclusiveMaximum": 10**digits}
    number["exclusiveMinimum" if positive else "minimum"] = 0
    literal: dict[str, Any] = {"type": "string", "pattern": f"^[0-9]{{1,{digits}}}(\\.[0-9]{{1,{places}}})?$"}
    if positive:
        literal["not"] = {"pattern": "^[0.]*$"}
    return {"anyOf": [number, literal]}


Money = Annotated[
    Decimal,
    PlainValidator(_amount(2, 10, checked=False, positive=False)),
    WithJsonSchema(_schema(2, 10, positive=False)),
]
Price = Annotated[
    Decimal,
    PlainValidator(_amount(2, 10, checked=False, positive=True)),
    WithJsonSchema(_schema(2, 10, positive=True)),
]
SignedMoney = Annotated[
    Decimal,
    PlainValidator(_amount(2, 10, checked=False, signed=True)),
    WithJsonSchema(
        {
            "anyOf": [
                {
                    "type": "number",
                    "multipleOf": 0.01,
                    "exclusiveMinimum": -(10**10),
                    "exclusiveMaximum": 10**10,
                },
                {"type": "string", "pattern": "^-?[0-9]{1,10}(\\.[0-9]{1,2})?$"},
            ]
        }
    ),
]
Quantity = Annotated[
    Decimal,
    PlainValidator(_amount(3, 6, positive=True)),
    WithJsonSchema(_schema(3, 6, positive=True)),
]
Instant = Annotated[
    datetime, PlainValidator(parse_instant), WithJsonSchema({"type": "string", "format": "date-time"})
]
Uuid = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"),
    Field(json_schema_extra={"format": "uuid"}),
]
_ID = re.compile(r"[^\x00-\x1f\x7f]{1,200}")


def _check_id(value: object) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError("must be a UUID, or a text of 1 to 200 characters without control characters")
    return value


def _check_day(value: object) -> str:
    try:
        if isinstance(value, str) and date.fromisoformat(value).isoformat() == value:
            return value
    except ValueError:
        pass
    raise ValueError("must be a date, as in 2026-03-14")


Id = Annotated[
    str,
    PlainValidator(_check_id),
    WithJsonSchema(
        {
            "type": "string",
            "x-id": True,
            "minLength": 1,
            "maxLength": 200,
            "pattern": r"^[^\x00-\x1f\x7f]+$",
            "description": "a UUID, or a number of the producer's own as a text",
        }
    ),
]
Day = Annotated[str, PlainValidator(_check_day), WithJsonSchema({"type": "string", "format": "date"})]
Currency = Annotated[
    str, PlainValidator(known_currency), WithJsonSchema({"type": "string", "enum": sorted(DECIMALS)})
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_KEY, pattern=r"^[^\x00-\x1f\x7f]+$")]
Version = Annotated[int, Field(ge=0, le=2**63 - 1)]
LongText = Annotated[str, StringConstraints(max_length=10_000)]
