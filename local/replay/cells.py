"""Text → values: exact, or refused with the reason. Nothing is rounded or goes through a binary float."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from local.replay.errors import BadCell

UNKNOWN = frozenset({"", "null", "n/a", "na"})
LONGEST_TEXT, LONGEST_NAME = 200, 500
LONGEST_NUMBER = 24
_NUMBER = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+", re.ASCII)
_CURRENCY = re.compile(r"[$€£¥]|[A-Z]{3}(?=\s*[-\d])")
_CENT = Decimal("0.01")
_SERVICE_TYPES = {
    "dinein": "dine_in",
    "eatin": "dine_in",
    "takeout": "takeout",
    "takeaway": "takeout",
    "togo": "takeout",
    "carryout": "takeout",
    "pickup": "takeout",
    "delivery": "delivery",
}


def number(text: str, what: str, *, decimal_comma: bool = False) -> Decimal:
    """A decimal number of zero or more, thousands separators allowed. Raises BadCell for anything else."""
    plain = text.strip().removeprefix("+")
    if decimal_comma:
        plain = plain.translate({ord(","): ".", ord("."): ","})
    if plain.startswith(("-", "(")):
        raise BadCell(f"{what} is negative: {text!r}")
    if len(plain) > LONGEST_NUMBER:  # beyond the precision in which Decimal reckons exactly
        raise BadCell(f"{what} is out of range: {text[:LONGEST_NUMBER]!r}…")
    if not _NUMBER.fullmatch(plain):
        hint = "" if decimal_comma or "," not in text else " (if a comma marks its decimals: --decimal-comma)"
        raise BadCell(f"{what} is not a number: {text!r}{hint}")
    return Decimal(plain.replace(",", ""))


def money(text: str, what: str, *, decimal_comma: bool = False) -> Decimal | None:
    """An amount in whole cents, a currency sign allowed; None where the file says that it is unknown."""
    if text.strip().casefold() in UNKNOWN:
        return None
    amount = number(_CURRENCY.sub("", text.strip(), count=1), what, decimal_comma=decimal_comma)
    cents = in_cents(amount)
    if cents is None:
        raise BadCell(f"{what} has more than two decimals: {text!r}")
    if cents >= 10**10:
        raise BadCell(f"{what} is out of range: {text!r}")
    return cents


def in_cents(amount: Decimal) -> Decimal | None:
    """The amount with two decimals if that is exact, else None."""
    cents = amount * 100
    return amount.quantize(_CENT) if cents == cents.to_integral_value() else None


def quantity(text: str, *, decimal_comma: bool = False) -> Decimal:
    """More than nothing, at most three decimals."""
    if not text.strip():
        raise BadCell("the quantity is missing")
    amount = number(text, "the quantity", decimal_comma=decimal_comma)
    thousandths = amount * 1000
    if not 0 < amount < 10**6 or thousandths != thousandths.to_integral_value():
        raise BadCell(f"the quantity is out of range: {text!r}")
    return Decimal(int(amount)) if amount == int(amount) else amount


def name(text: str, what: str) -> str:
    """A text that must be there: stripped, otherwise as it is (`NONE` is a name like any other)."""
    stripped = text.strip()
    if not stripped:
        raise BadCell(f"{what} is missing")
    return short(stripped, what, LONGEST_NAME)


def short(text: str, what: str, longest: int = LONGEST_TEXT) -> str:
    if len(text) > longest:
        raise BadCell(f"{what} is longer than {longest} characters")
    return text


def key(text: str, what: str) -> str:
    """A text that identifies: no control characters."""
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise BadCell(f"{what} has a control character in it: {text!r}")
    return short(text, what)


def service_type(text: str) -> str:
    """dine_in, takeout or delivery, however it is spelt."""
    known = _SERVICE_TYPES.get(re.sub(r"[\W_]", "", text.casefold()))
    if known is None:
        raise BadCell(f"the service type is none of dine_in, takeout, delivery: {text!r}")
    return known


def moment(day: str, clock: str | None, zone: ZoneInfo, date_format: str | None) -> datetime:
    """When it happened, in UTC. Without an offset it is local time in `zone`; a bare date is its midnight."""
    text = day.strip() if clock is None else f"{day.strip()} {clock.strip()}"
    if not day.strip():
        raise BadCell("the date is missing")
    try:
        parsed = datetime.strptime(text, date_format) if date_format else _iso(day.strip(), clock)  # noqa: DTZ007
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        hint = (
            f"does not fit {date_format}"
            if date_format
            else "is not an ISO date (say how it is written: --date-format)"
        )
        raise BadCell(f"the date {text!r} {hint}") from None


def _iso(day: str, clock: str | None) -> datetime:
    if clock is None:
        return datetime.fromisoformat(day)
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock.strip()))
