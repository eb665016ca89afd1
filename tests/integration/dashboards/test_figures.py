"""Cards that compute more than their views, worked out by hand."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from local.cards.choice import Choice
from local.cards.definition import load
from local.dashboard.warehouse import Reader
from tests.integration.dashboards.one_bill import bill, line, pay
from tests.support.warehouse.restaurant import insert

CARDS = load()
MONDAY, TUESDAY = "2024-03-04", "2024-03-05"
Owner = psycopg.Connection[Any]


@pytest.fixture
def owner(warehouse: Any) -> Iterator[Owner]:
    with warehouse.connect("restaurant_user", autocommit=True) as connection:
        yield connection


@pytest.fixture
def reader(warehouse: Any) -> Reader:
    return Reader(warehouse.url("analytics_reader"))


def rows(reader: Reader, name: str, *columns: str, choice: Choice | None = None) -> list[tuple[Any, ...]]:
    """These columns of a card."""
    answer = reader.read(CARDS[name], choice or Choice())
    names = [column["name"] for column in answer.columns]
    return [tuple(row[names.index(column)] for column in columns) for row in answer.rows]


def on(day: str) -> Choice:
    first = datetime.fromisoformat(day).date()
    return Choice(days=(first, first))


def void(owner: Owner, order_id: UUID, item: UUID) -> None:
    at = datetime.fromisoformat("2024-03-05T13:00:00Z")
    insert(owner, "order_item_voids", order_item_id=item, order_id=order_id, voided_ts=at)


def discount(owner: Owner, order_id: UUID, kind: str, amount: int, item: UUID | None = None) -> None:
    full = {"order_id": order_id, "kind": kind, "amount": amount, "order_item_id": item}
    insert(owner, "order_discounts", discount_id=uuid4(), **full)


def test_modifiers_are_the_parts_of_lines(owner: Owner, reader: Reader) -> None:
    for day, pieces in ((MONDAY, 2), (TUESDAY, 1)):
        order_id = bill(owner, f"{day}T12:00:00Z", 3)
        ramen = line(owner, order_id, 15, item_name="Ramen")
        line(owner, order_id, 2 * pieces, item_name="Egg", qty=pieces, parent_item_id=ramen)
        line(owner, order_id, None, item_name="No onions", parent_item_id=ramen)
        gone = line(owner, order_id, 2, item_name="Egg", parent_item_id=ramen)
        void(owner, order_id, gone)
    cancelled = bill(owner, f"{TUESDAY}T12:00:00Z", 3, status="cancelled")
    line(owner, cancelled, 2, item_name="Egg", parent_item_id=line(owner, cancelled, 15, item_name="Ramen"))

    columns = ("modifier", "item", "lines", "units", "revenue", "unpriced_lines")
    assert rows(reader, "modifiers", *columns) == [
        ("Egg", "Ramen", 2, "3", "6.00", 0),
        ("No onions", "Ramen", 2, "2", None, 2),
    ]
    assert rows(reader, "modifiers", "modifier", "units", choice=on(TUESDAY)) == [
        ("Egg", "1"),
        ("No onions", "1"),
    ]


def test_voids_are_a_share_of_all_and_comps_of_gross_sales(owner: Owner, reader: Reader) -> None:
    order_id = bill(owner, f"{TUESDAY}T12:00:00Z", 60)
    void(owner, order_id, line(owner, order_id, 20))
    discount(owner, order_id, "comp", 15)
    discount(owner, order_id, "promotion", 6)

    columns = ("gross_sales", "voids", "void_share", "comps", "comp_share")
    assert rows(reader, "voids_and_comps", *columns) == [("60.00", "20.00", "25.00", "15.00", "25.00")]


def test_discounts_have_kinds_and_what_only_payments_state_has_none(owner: Owner, reader: Reader) -> None:
    order_id = bill(owner, f"{TUESDAY}T12:00:00Z", 60)
    gone = line(owner, order_id, 20)
    void(owner, order_id, gone)
    discount(owner, order_id, "comp", 10)
    discount(owner, order_id, "loyalty", 5)
    discount(owner, order_id, "promotion", 9, gone)  # of a voided line: counts nowhere
    other = bill(owner, f"{TUESDAY}T13:00:00Z", 60)
    pay(owner, other, 1, discount=5)

    assert rows(reader, "discounts", "kind", "amount", "number", "share") == [
        ("comp", "10.00", 1, "50.00"),
        ("loyalty", "5.00", 1, "25.00"),
        ("unknown", "5.00", None, "25.00"),
    ]
    ((discounts, comps),) = owner.execute("SELECT discounts, comps FROM analytics.daily_sales").fetchall()
    assert discounts + comps == 20


def test_gift_cards_are_sold_and_redeemed(owner: Owner, reader: Reader) -> None:
    monday = bill(owner, f"{MONDAY}T12:00:00Z", 8)
    line(owner, monday, 50, item_name="Gift card", kind="gift_card")
    tuesday = bill(owner, f"{TUESDAY}T12:00:00Z", 30)
    pay(owner, tuesday, 20, method="gift_card")

    assert rows(reader, "gift_cards", "day", "sold", "redeemed") == [
        (MONDAY, "50.00", "0.00"),
        (TUESDAY, "0.00", "20.00"),
    ]
    assert rows(reader, "gift_cards", "day", choice=on(TUESDAY)) == [(TUESDAY,)]


def test_a_guest_returns_who_ordered_before(owner: Owner, reader: Reader) -> None:
    bill(owner, "2023-01-01T12:00:00Z", 8, "LOC-QC-001", customer_id="old")
    bill(owner, "2023-01-01T12:00:00Z", 8, customer_id="cancelled", status="cancelled")
    bill(owner, f"{MONDAY}T12:00:00Z", 8, customer_id="new")
    bill(owner, f"{MONDAY}T12:00:00Z", 8, customer_id="old")
    for customer in ("new", "old", "cancelled", "first", None):
        bill(owner, f"{TUESDAY}T12:00:00Z", 8, customer_id=customer)

    columns = ("day", "returning_share", "returning_orders", "orders_of_known_guests", "orders")
    assert rows(reader, "returning_guests", *columns) == [
        (MONDAY, "50.0", 1, 2, 2),
        (TUESDAY, "50.0", 2, 4, 5),
    ]


def test_members_have_the_membership_of_their_order(owner: Owner, reader: Reader) -> None:
    for day, membership in ((1, "silver"), (5, "gold")):
        at = datetime.fromisoformat(f"2024-03-0{day}T00:00:00Z")
        insert(owner, "customer_changes", customer_id="ann", membership=membership, changed_ts=at)
    bill(owner, f"{MONDAY}T12:00:00Z", 10, customer_id="ann")
    bill(owner, f"{TUESDAY}T12:00:00Z", 20, customer_id="ann")
    bill(owner, f"{TUESDAY}T12:00:00Z", 60, customer_id="bob")
    bill(owner, f"{TUESDAY}T12:00:00Z", 10)

    columns = ("membership", "order_share", "sales_share", "orders", "guests", "average")
    assert rows(reader, "members", *columns) == [
        ("none or unknown", "50.0", "70.0", 2, 1, "35.00"),
        ("gold", "25.0", "20.0", 1, 1, "20.00"),
        ("silver", "25.0", "10.0", 1, 1, "10.00"),
    ]


def test_services_and_weekdays_are_of_the_business_days(owner: Owner, reader: Reader) -> None:
    """In Toronto it is Monday, 22 o'clock, when it is Tuesday in UTC."""
    owner.execute(
        "INSERT INTO analytics.locations (location_code, city, time_zone, close_out)"
        " VALUES ('LOC-ON-001', 'Toronto', 'America/Toronto', '04:00')"
    )
    bill(owner, f"{TUESDAY}T03:00:00Z", 10)
    bill(owner, f"{TUESDAY}T20:00:00Z", 20, service_type="takeout")

    assert rows(reader, "services", "service_type", "net_sales") == [
        ("dine_in", "10.00"),
        ("takeout", "20.00"),
    ]
    assert rows(reader, "services", "service_type", choice=on(MONDAY)) == [("dine_in",)]
    assert rows(reader, "peak_hours", "weekday", "hour_of_day", "orders_per_day") == [
        (1, 22, "1.00"),
        (2, 15, "1.00"),
    ]
    assert rows(reader, "peak_hours", "weekday", choice=on(TUESDAY)) == [(2,)]


def test_the_last_day_of_a_column_of_times_is_there_to_its_end(owner: Owner, reader: Reader) -> None:
    bill(owner, f"{MONDAY}T23:59:59Z", 10)
    bill(owner, f"{TUESDAY}T00:00:00Z", 10)
    assert rows(reader, "orders_by_hour", "hour", choice=on(MONDAY)) == [(f"{MONDAY}T23:00:00Z",)]
