"""The menu and the guests through time: a case worked out by hand, and what a look at one order costs."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.support.warehouse.plans import explained, nodes

pytestmark = pytest.mark.integration
D = Decimal
NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ONE_ORDER: list[LiteralString] = ["sold_items", "order_customers"]


def select(warehouse: Any, query: LiteralString) -> list[tuple[Any, ...]]:
    """As an analyst, whose session is anywhere."""
    with warehouse.connect("analytics_reader") as reader:
        reader.execute("SET timezone = 'Asia/Kolkata'")
        rows: list[tuple[Any, ...]] = reader.execute(query).fetchall()
        return rows


@pytest.fixture
def menu(books: Any) -> None:
    """Soup at noon, dearer from two, renamed and without a known cost from four, in no order of arrival. Tea at one."""
    for hours, name, price, cost in [
        (2, "Soup", D("5.50"), D("1.60")),
        (4, "Broth", D("5.50"), None),
        (0, "Soup", D("5.00"), D("1.50")),
    ]:
        books.menu_item("MI-1", NOON + hours * HOUR, name=name, category="Starters", price=price, cost=cost)
    books.menu_item("MI-2", NOON + HOUR, name="Tea")


def test_versions_of_the_menu(warehouse: Any, menu: None) -> None:
    assert select(
        warehouse,
        "SELECT menu_item_id, name, price, cost, valid_from, valid_to, is_current"
        " FROM analytics.menu_items ORDER BY menu_item_id, valid_from",
    ) == [
        ("MI-1", "Soup", D("5.00"), D("1.50"), NOON, NOON + 2 * HOUR, False),
        ("MI-1", "Soup", D("5.50"), D("1.60"), NOON + 2 * HOUR, NOON + 4 * HOUR, False),
        ("MI-1", "Broth", D("5.50"), None, NOON + 4 * HOUR, None, True),
        ("MI-2", "Tea", None, None, NOON + HOUR, None, True),
    ]


def test_a_version_that_begins_tomorrow_is_not_current_today(warehouse: Any, books: Any, menu: None) -> None:
    books.menu_item("MI-2", datetime.now(UTC) + 24 * HOUR, name="Tea", cost=D("0.90"))
    current = "SELECT valid_from, cost FROM analytics.menu_items WHERE menu_item_id = 'MI-2' AND is_current"
    assert select(warehouse, current) == [(NOON + HOUR, None)]


def test_a_line_has_the_menu_of_its_order(warehouse: Any, books: Any, menu: None) -> None:
    """From the very instant at which a version begins, and not before the first; an unknown stays one."""
    tick = timedelta(microseconds=1)
    for moment, item in [
        (NOON - tick, "MI-1"),
        (NOON, "MI-1"),
        (NOON + 2 * HOUR - tick, "MI-1"),
        (NOON + 2 * HOUR, "MI-1"),
        (NOON + 5 * HOUR, "MI-1"),
        (NOON + 5 * HOUR, "MI-2"),
        (NOON + 6 * HOUR, "MI-3"),
        (NOON + 7 * HOUR, None),
    ]:
        books.item(books.order(moment), "As sold", 2, D("11.00"), menu_item_id=item)
    books.item(books.order(NOON + 8 * HOUR), "As sold", 2, None, menu_item_id="MI-1")
    books.item(books.order(NOON, status="cancelled"), menu_item_id="MI-1")
    books.item(uuid4(), menu_item_id="MI-1")

    assert select(
        warehouse,
        "SELECT order_ts, item_name, menu_name, menu_price, menu_cost, menu_valid_from, cost, margin"
        " FROM analytics.sold_items ORDER BY order_ts, menu_item_id",
    ) == [
        (NOON - tick, "As sold", *[None] * 6),
        (NOON, "As sold", "Soup", D("5.00"), D("1.50"), NOON, D("3.00"), D("8.00")),
        (NOON + 2 * HOUR - tick, "As sold", "Soup", D("5.00"), D("1.50"), NOON, D("3.00"), D("8.00")),
        (NOON + 2 * HOUR, "As sold", "Soup", D("5.50"), D("1.60"), NOON + 2 * HOUR, D("3.20"), D("7.80")),
        (NOON + 5 * HOUR, "As sold", "Broth", D("5.50"), None, NOON + 4 * HOUR, None, None),
        (NOON + 5 * HOUR, "As sold", "Tea", None, None, NOON + HOUR, None, None),
        (NOON + 6 * HOUR, "As sold", *[None] * 6),
        (NOON + 7 * HOUR, "As sold", *[None] * 6),
        (NOON + 8 * HOUR, "As sold", "Broth", D("5.50"), None, NOON + 4 * HOUR, None, None),
    ]


def test_a_guest_moves_and_becomes_a_member(warehouse: Any, books: Any) -> None:
    books.customer("CUST-1", NOON + 3 * HOUR, city="Ottawa")
    books.customer("CUST-1", NOON, city="Toronto")
    books.customer("CUST-1", NOON + HOUR, city="Toronto", membership="gold")
    for hours in (-1, 0, 2, 4):
        books.order(NOON + hours * HOUR, customer_id="CUST-1")
    books.order(NOON + 5 * HOUR)

    assert select(
        warehouse,
        "SELECT city, membership, valid_from, valid_to, is_current"
        " FROM analytics.customers ORDER BY valid_from",
    ) == [
        ("Toronto", None, NOON, NOON + HOUR, False),
        ("Toronto", "gold", NOON + HOUR, NOON + 3 * HOUR, False),
        ("Ottawa", None, NOON + 3 * HOUR, None, True),
    ]
    assert select(
        warehouse,
        "SELECT customer_id, customer_city, membership, customer_valid_from"
        " FROM analytics.order_customers ORDER BY order_ts",
    ) == [
        ("CUST-1", None, None, None),
        ("CUST-1", "Toronto", None, NOON),
        ("CUST-1", "Toronto", "gold", NOON + HOUR),
        ("CUST-1", "Ottawa", None, NOON + 3 * HOUR),
        (None, None, None, None),
    ]


@pytest.fixture
def long_history(owner: psycopg.Connection[Any]) -> UUID:
    """One item and one guest that changed twenty thousand times, among others; an order in the middle of it."""
    for table, columns in [
        ("menu_item_changes", "'Soup', NULL, 5, 1"),
        ("customer_changes", "'Toronto', NULL"),
    ]:
        owner.execute(
            f"INSERT INTO analytics.{table} SELECT CASE WHEN n > 20000 THEN 'other-' || n ELSE 'one' END,"
            f" {columns}, '2024-01-01'::timestamptz + n * interval '1 minute', now(), gen_random_uuid()"
            " FROM generate_series(1, 30000) AS n".encode()
        )
    owner.execute(
        "INSERT INTO analytics.orders (order_id, service_type, order_ts, location_code, customer_id,"
        " created_at, updated_at, event_ts, event_id)"
        " SELECT gen_random_uuid(), 'dine_in', '2024-01-08', 'LOC-ON-001', 'one', now(), now(), now(),"
        " gen_random_uuid() FROM generate_series(1, 5000)"
    )
    owner.execute(
        "INSERT INTO analytics.order_items (order_item_id, order_id, menu_item_id, item_name, qty, event_ts,"
        " event_id) SELECT gen_random_uuid(), order_id, 'one', 'Soup', 1, now(), gen_random_uuid()"
        " FROM analytics.orders, generate_series(1, 3)"
    )
    owner.execute("ANALYZE analytics.orders, analytics.order_items")
    owner.execute("ANALYZE analytics.menu_item_changes, analytics.customer_changes")
    row = owner.execute("SELECT order_id FROM analytics.orders LIMIT 1").fetchone()
    assert row is not None
    order_id: UUID = row[0]
    return order_id


@pytest.mark.parametrize("view", ONE_ORDER)
def test_one_order_looks_at_one_version_a_line(
    warehouse: Any, long_history: UUID, view: LiteralString
) -> None:
    with warehouse.connect("analytics_reader") as reader:
        plan = list(
            nodes(explained(reader, f"SELECT * FROM analytics.{view} WHERE order_id = %s", [long_history]))
        )
    assert {node["Node Type"] for node in plan} & {"Seq Scan", "Sort", "WindowAgg"} == set()
    (versions,) = [node for node in plan if node.get("Relation Name", "").endswith("_changes")]
    assert versions["Actual Rows"] == 1
    assert versions.get("Rows Removed by Filter", 0) == 0
    assert plan[0]["Total Cost"] < 200  # reading all versions costs many times as much


@pytest.mark.parametrize(("view", "key"), [("menu_items", "menu_item_id"), ("customers", "customer_id")])
def test_one_item_or_guest_is_found_by_its_key(
    warehouse: Any, long_history: UUID, view: LiteralString, key: LiteralString
) -> None:
    with warehouse.connect("analytics_reader") as reader:
        plan = list(
            nodes(explained(reader, f"SELECT * FROM analytics.{view} WHERE {key} = %s", ["other-20001"]))
        )
    assert "Seq Scan" not in {node["Node Type"] for node in plan}
    assert max(node["Actual Rows"] for node in plan) == 1
