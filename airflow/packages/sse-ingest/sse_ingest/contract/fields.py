"""Types of fields that every contract can use. PostgreSQL can cast every valid value to the type of its column."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, ClassVar, TypeAlias
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


class FieldOutOfRange(OutOfRange):
    """A rule over several fields of a payload is broken, and this field has to be corrected.

    `field` is a name, or the path to an element of a list, as in items.0.unit_price.
    """

    def __init__(self, rule: str, field: str) -> None:
        super().__init__(rule)
        self.field = field


class Exact(Decimal):
    """A decimal number with limits on its size and its decimals. Subclasses are the types of fields.

    It is exact: it is read from its literal, a JSON number or a text, and never becomes a binary float.
    """

    text: str
    """The number in digits, as PostgreSQL shows it."""

    noun: ClassVar = "a number"
    decimals: ClassVar = 2
    limit: ClassVar = Decimal(10**10)
    zero: ClassVar = True
    """Whether 0 is a value."""
    signed: ClassVar = False
    """Whether it may be negative."""
    known: ClassVar["_Known"]
    """A cache of this type's literals."""

    def __init_subclass__(cls) -> None:
        cls.known = _Known(cls.of)

    @classmethod
    def of(cls, literal: object) -> "Exact":
        """From a JSON literal. Raises TypeError or OutOfRange."""
        if isinstance(literal, bool) or not isinstance(literal, int | str):
            raise TypeError(cls.noun)
        value = cls(literal) if isinstance(literal, int) or _LITERAL.fullmatch(literal) else None
        if value is None:
            raise OutOfRange(f"must be {cls.noun}") if _numeric(literal) else TypeError(cls.noun)
        if not cls.signed and (value < 0 or not (value or cls.zero)):
            raise OutOfRange(f"must be {'>=' if cls.zero else '>'} 0")
        if abs(value) >= cls.limit:
            raise OutOfRange(f"must be < {cls.limit}" + (f" and > -{cls.limit}" if cls.signed else ""))
        if int(value.as_tuple().exponent) < -cls.decimals:
            raise OutOfRange(f"must have at most {cls.decimals} decimals")
        value.text = format(value, "f")
        return value


def _numeric(literal: object) -> bool:
    return (
        isinstance(literal, str)
        and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?", literal) is not None
    )


class _Known(dict[Any, Exact]):
    """A cache of literals: prices recur, and a look-up is several times faster than reading."""

    def __init__(self, read: Callable[[object], Exact]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, literal: object) -> Exact:
        value = self._read(literal)
        if len(self) >= _CACHED_LITERALS:
            self.clear()
        self[literal] = value
        return value


def _exact(kind: type[Exact], literal: object) -> Exact:
    """Hook of msgspec. A float arrives as its literal (float_hook=str). True equals 1, so it is not looked up."""
    if literal.__class__ is bool:
        raise TypeError(kind.noun)
    return kind.known[literal]


def check_moment(moment: datetime) -> None:
    """Raise OutOfRange unless PostgreSQL and the calendar of the warehouse can hold this time."""
    if not EARLIEST <= moment < LATEST:
        raise OutOfRange("must lie in the years 1900 to 2199")
    if moment.tzinfo is not UTC and abs(moment.utcoffset() or timedelta()) >= _WIDEST_ZONE:
        raise OutOfRange("must have a zone offset of less than 16 hours")


Moment: TypeAlias = Annotated[datetime, Meta(tz=True, description="an RFC 3339 timestamp with a zone")]
Id: TypeAlias = Annotated[UUID, Meta(description="a UUID")]
Text: TypeAlias = Annotated[str, Meta(description="a text")]
Version: TypeAlias = Annotated[int, Meta(ge=0, le=2**63 - 1, description="an integer from 0 to 2^63-1")]
Name: TypeAlias = Annotated[str, Meta(max_length=200, description="a text of at most 200 characters")]


def decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    """A decoder that reads exact numbers from their literals."""
    return msgspec.json.Decoder(kind, dec_hook=_exact, float_hook=str)
