"""Text → values: exact or refused, with the reason in words."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from local.replay import cells
from local.replay.errors import BadCell


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("$2.39 ", "2.39"),
        ("16.98", "16.98"),
        ("1,234.50", "1234.50"),
        ("€ 7", "7.00"),
        ("EUR 7.5", "7.50"),
        ("2.390", "2.39"),
        (".5", "0.50"),
        ("0", "0.00"),
        ("9999999999.99", "9999999999.99"),
    ],
)
def test_money_is_exact(text: str, amount: str) -> None:
    assert str(cells.money(text, "the price")) == amount


@pytest.mark.parametrize("text", ["", "  ", "NULL", "n/a"])
def test_an_unknown_price_is_none_and_not_zero(text: str) -> None:
    assert cells.money(text, "the price") is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-1.00", "negative"),
        ("($1.00)", "negative"),
        ("$-1.00", "negative"),
        ("free", "not a number"),
        ("NaN", "not a number"),
        ("1e3", "not a number"),
        ("1_000", "not a number"),
        ("١٢", "not a number"),
        ("12,5", "--decimal-comma"),
        ("1.005", "more than two decimals"),
        ("10000000000", "out of range"),
        ("9" * 60, "out of range"),
    ],
)
def test_money_that_is_none_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(BadCell, match=reason):
        cells.money(text, "the price")


def test_decimal_comma() -> None:
    assert cells.money("1.234,50 €".removesuffix(" €"), "the price", decimal_comma=True) == Decimal("1234.50")


@pytest.mark.parametrize(
    ("text", "qty"), [("2", "2"), ("10", "10"), ("2.0", "2"), ("0.333", "0.333"), ("1,000", "1000")]
)
def test_quantity(text: str, qty: str) -> None:
    assert str(cells.quantity(text)) == qty


@pytest.mark.parametrize("text", ["", "0", "-1", "two", "0.0001", "1000000"])
def test_quantity_that_is_none(text: str) -> None:
    with pytest.raises(BadCell, match="quantity"):
        cells.quantity(text)


@pytest.mark.parametrize("text", ["dine_in", "Dine In", "dine-in", "EAT IN"])
def test_service_type_however_it_is_spelt(text: str) -> None:
    assert cells.service_type(text) == "dine_in"


def test_an_unknown_service_type_is_refused() -> None:
    with pytest.raises(BadCell, match="drone"):
        cells.service_type("drone")


@pytest.mark.parametrize(
    ("day", "clock", "zone", "form", "expected"),
    [
        ("2016-10-30", "09:58:11", "UTC", None, datetime(2016, 10, 30, 9, 58, 11, tzinfo=UTC)),
        ("2016-07-01", "09:00", "America/Toronto", None, datetime(2016, 7, 1, 13, tzinfo=UTC)),
        ("2016-07-01T09:00:00+02:00", None, "America/Toronto", None, datetime(2016, 7, 1, 7, tzinfo=UTC)),
        ("2016-07-01", None, "UTC", None, datetime(2016, 7, 1, tzinfo=UTC)),
        ("07/01/2016", "9:00 PM", "UTC", "%m/%d/%Y %I:%M %p", datetime(2016, 7, 1, 21, tzinfo=UTC)),
    ],
)
def test_moments(day: str, clock: str | None, zone: str, form: str | None, expected: datetime) -> None:
    assert cells.moment(day, clock, ZoneInfo(zone), form) == expected


@pytest.mark.parametrize(
    ("day", "clock", "zone", "reason"),
    [
        ("07/01/2016", None, "UTC", "--date-format"),
        ("2016-02-30", "09:00", "UTC", "not an ISO date"),
        ("", "09:00", "UTC", "missing"),
        ("0001-01-01", "00:00", "Asia/Tokyo", "not an ISO date"),
    ],
)
def test_a_date_that_is_none(day: str, clock: str | None, zone: str, reason: str) -> None:
    with pytest.raises(BadCell, match=reason):
        cells.moment(day, clock, ZoneInfo(zone), None)
