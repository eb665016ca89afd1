"""The cards of today, worked out by hand: two restaurants whose business days begin at different times.

It is Wednesday, 07:20 UTC. In Toronto that is 03:20, before the close-out of Tuesday, which began at 08:00 UTC. In
Kolkata, where hours begin half an hour later, it is 12:50 of Wednesday, which began at 18:30 UTC.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from local.cards.choice import Choice
from local.cards.definition import load
from local.dashboard.warehouse import Reader
from restaurant_warehouse.rollups import refresh
from tests.integration.dashboards.one_bill import bill
from tests.support.warehouse.clock import Clock
from tests.support.warehouse.restaurant import insert

CARDS = load()
NOW = datetime.fromisoformat("2026-03-25T07:20:00Z")
TORONTO, KOLKATA = "LOC-ON-001", "LOC-IN-001"
BILLS = [
    # Toronto, today
    ("2026-03-24T08:00:00Z", 10, TORONTO),
    ("2026-03-25T07:20:00Z", 20, TORONTO),
    # the day before, in the last second
    ("2026-03-24T07:59:59Z", 4000, TORONTO),
    # Toronto, last Tuesday up to 23 hours and 20 minutes, and just after
    ("2026-03-17T08:00:00Z", 1, TORONTO),
    ("2026-03-18T07:20:00Z", 2, TORONTO),
    ("2026-03-18T07:20:01Z", 4000, TORONTO),
    ("2026-03-17T07:59:59Z", 4000, TORONTO),
    # Kolkata, today
    ("2026-03-24T18:30:00Z", 100, KOLKATA),
    ("2026-03-24T18:29:59Z", 4000, KOLKATA),
    # Kolkata, last Wednesday up to 12 hours and 50 minutes, and just before and after
    ("2026-03-17T18:30:00Z", 32, KOLKATA),
    ("2026-03-17T19:45:00Z", 64, KOLKATA),
    ("2026-03-18T07:19:59Z", 128, KOLKATA),
    ("2026-03-18T07:20:01Z", 4000, KOLKATA),
    ("2026-03-17T18:29:59Z", 4000, KOLKATA),
]
REFUNDS = [
    ("2026-03-25T03:00:00Z", 5),
    ("2026-03-24T07:59:00Z", 300),
    ("2026-03-18T07:20:00Z", 3),
    ("2026-03-18T07:30:00Z", 300),
]


@pytest.fixture(params=[False, True], ids=["tables", "rollups"])
def reader(warehouse: Any, request: pytest.FixtureRequest) -> Iterator[Reader]:
    with warehouse.connect("restaurant_user", autocommit=True) as owner:
        Clock(owner, NOW)
        owner.execute(
            "INSERT INTO analytics.locations (location_code, name, city, time_zone, close_out) VALUES"
            " (%s, 'Harbour Grill', 'Toronto', 'America/Toronto', '04:00'),"
            " (%s, 'Tea House', 'Kolkata', 'Asia/Kolkata', '00:00')",
            [TORONTO, KOLKATA],
        )
        for at, price, place in BILLS:
            bill(owner, at, price, place)
        bill(owner, "2026-03-24T20:00:00Z", 4000, KOLKATA, status="cancelled")
        refund(owner)
        if request.param:
            refresh(warehouse.url("airflow_user"), NOW)
        yield Reader(warehouse.url("analytics_reader"))


def refund(owner: psycopg.Connection[Any]) -> None:
    """Given back in Toronto, of an old order."""
    order_id = bill(owner, "2026-02-01T12:00:00Z", 4000)
    for at, amount in REFUNDS:
        insert(
            owner,
            "refunds",
            refund_id=uuid4(),
            payment_id=uuid4(),
            order_id=order_id,
            amount=amount,
            refunded_ts=datetime.fromisoformat(at),
        )


def figures(reader: Reader, *places: str) -> dict[str, tuple[Any, Any]]:
    """Of each card of today: its figure, and that of last week."""
    shown = {}
    for name, card in CARDS.items():
        if card.dashboard == "today" and card.compare:
            answer = reader.read(card, Choice(restaurants=places))
            names = [column["name"] for column in answer.columns]
            (row,) = answer.rows
            shown[name] = (row[names.index(card.y[0])], row[names.index(card.compare)])
    return shown


def test_both_restaurants(reader: Reader) -> None:
    assert figures(reader) == {
        "net_sales_today": ("130.00", "227.00"),
        "orders_today": (3, 5),
        "average_bill_today": ("44.33", "46.40"),
        "guests_today": (6, 10),
        "tips_today": ("3.00", "5.00"),
        "refunds_today": ("5.00", "3.00"),
    }


def test_one_before_its_close_out(reader: Reader) -> None:
    shown = figures(reader, TORONTO)
    assert shown["net_sales_today"] == ("30.00", "3.00")
    assert shown["orders_today"] == (2, 2)
    assert shown["refunds_today"] == ("5.00", "3.00")


def test_one_whose_hours_begin_half_an_hour_later(reader: Reader) -> None:
    shown = figures(reader, KOLKATA)
    assert shown["net_sales_today"] == ("100.00", "224.00")
    assert shown["orders_today"] == (1, 3)
    assert shown["refunds_today"] == ("0", "0")


def test_by_hour_last_week_has_its_whole_day(reader: Reader) -> None:
    answer = reader.read(CARDS["sales_by_hour_today"], Choice(restaurants=(TORONTO,)))
    names = [column["name"] for column in answer.columns]
    drawn = {
        row[0]: tuple(row[names.index(name)] for name in CARDS["sales_by_hour_today"].y)
        for row in answer.rows
    }
    assert drawn == {
        "2026-03-24T08:00:00Z": ("10.00", "1.00"),
        "2026-03-25T07:00:00Z": ("20.00", "4002.00"),
    }


def test_a_restaurant_that_is_still_closed_has_sold_nothing(warehouse: Any) -> None:
    """The day of the last order is not today."""
    with warehouse.connect("restaurant_user", autocommit=True) as owner:
        clock = Clock(owner, NOW)
        bill(owner, "2026-03-24T12:00:00Z", 7)
        bill(owner, "2026-03-18T06:00:00Z", 9)
        reader = Reader(warehouse.url("analytics_reader"))
        assert figures(reader)["net_sales_today"] == (None, "9.00")
        assert figures(reader)["orders_today"] == (0, 1)
        clock.set(datetime.fromisoformat("2026-04-25T07:20:00Z"))
        later = Reader(warehouse.url("analytics_reader"))
        assert figures(later)["net_sales_today"] == ("7.00", None)
