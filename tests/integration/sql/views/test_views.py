"""The views, on a case small enough to be worked out by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

pytestmark = pytest.mark.integration

D = Decimal

LATE = datetime(2024, 3, 5, 23, 30, tzinfo=UTC)
NEXT_DAY = datetime(2024, 3, 6, 0, 10, tzinfo=UTC)
TEN = {"subtotal": D("8.00"), "tax": D("1.00"), "tip": D("1.00"), "total": D("10.00")}
TWENTY = {"subtotal": D("18.00"), "tax": D("2.01"), "tip": D("0.00"), "total": D("20.01")}
# The columns of the first version, whose names and meanings stay.
DAILY = (
    "day, location_code, order_count, total_revenue, avg_order_value, total_tips, avg_tip, unpaid_orders,"
    " cancelled_orders, total_refunds"
)
HOURLY = (
    "hour, location_code, service_type, order_count, subtotal, tax, tip, total, avg_order_value, unpaid_orders,"
    " cancelled_orders"
)


def rows(warehouse: Any, query: str, zone: str = "UTC") -> list[dict[str, Any]]:
    """Asked as an analyst, whose session may be set to any time zone."""
    with warehouse.connect("analytics_reader") as reader:
        reader.execute("SELECT set_config('TimeZone', %s, false)", [zone])
        cursor = reader.execute(query.encode())
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]


@pytest.mark.parametrize("zone", ["UTC", "America/Toronto", "Asia/Kolkata"])
def test_daily_sales(warehouse: Any, books: Any, zone: str) -> None:
    books.order(LATE, **TEN)
    paid = books.order(LATE, status="completed")
    books.refund(books.payment(paid, **TWENTY), paid, D("5.00"))
    books.connection.execute(
        "UPDATE analytics.orders SET (subtotal, tax, tip, total) = (18.00, 2.01, 0.00, 20.01)"
        " WHERE order_id = %s",
        [paid],
    )
    books.order(LATE)  # unpaid
    books.order(LATE, status="cancelled", **TEN)
    books.order(NEXT_DAY)

    assert rows(warehouse, f"SELECT {DAILY} FROM analytics.daily_sales ORDER BY day", zone) == [
        {
            "day": date(2024, 3, 5),
            "location_code": "LOC-ON-001",
            "order_count": 3,
            "total_revenue": D("30.01"),
            "avg_order_value": D("15.01"),
            "total_tips": D("1.00"),
            "avg_tip": D("0.50"),
            "unpaid_orders": 1,
            "cancelled_orders": 1,
            "total_refunds": D("5.00"),
        },
        {
            "day": date(2024, 3, 6),
            "location_code": "LOC-ON-001",
            "order_count": 1,
            "total_revenue": None,
            "avg_order_value": None,
            "total_tips": None,
            "avg_tip": None,
            "unpaid_orders": 1,
            "cancelled_orders": 0,
            "total_refunds": None,
        },
    ]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
def test_hourly_sales(warehouse: Any, books: Any, zone: str) -> None:
    books.order(LATE, **TEN)
    books.order(LATE, **TWENTY)
    books.order(LATE)
    books.order(LATE, status="cancelled")
    books.order(LATE, service_type="delivery")

    dine_in, delivery = rows(
        warehouse, f"SELECT {HOURLY} FROM analytics.hourly_sales ORDER BY service_type DESC", zone
    )
    assert dine_in == {
        "hour": datetime(2024, 3, 5, 23, tzinfo=UTC),
        "location_code": "LOC-ON-001",
        "service_type": "dine_in",
        "order_count": 3,
        "subtotal": D("26.00"),
        "tax": D("3.01"),
        "tip": D("1.00"),
        "total": D("30.01"),
        "avg_order_value": D("15.01"),
        "unpaid_orders": 1,
        "cancelled_orders": 1,
    }
    assert (delivery["order_count"], delivery["total"], delivery["unpaid_orders"]) == (1, None, 1)


def test_menu_performance_never_invents_a_price(warehouse: Any, books: Any) -> None:
    order = books.order()
    books.item(order, "Soup", 2, D("9.00"), unit_price=D("4.50"), category="Starters")
    books.item(order, "Soup", 1, D("5.00"), unit_price=D("5.00"), category="Starters")
    books.item(order, "Soup", 3, None, category="Starters")
    books.item(order, "Coffee", 1)
    books.item(order, "NONE", 1)
    books.item(books.order(status="cancelled"), "Soup", 100, D("1.00"), category="Starters")
    books.item(order, "Water", D("0.5"), D("0.00"))

    result = rows(warehouse, "SELECT * FROM analytics.menu_performance ORDER BY item_name")
    names = list(result[0])
    assert names == [
        "category",
        "item_name",
        "times_ordered",
        "total_quantity_sold",
        "total_revenue",
        "avg_unit_price",
        "avg_extended_price",
        "unpriced_items",
        "net_sales",
        "currency",
    ]
    assert [tuple(row.values()) for row in result] == [
        (None, "Coffee", 1, 1, None, None, None, 1, None, "CAD"),
        (None, "NONE", 1, 1, None, None, None, 1, None, "CAD"),
        ("Starters", "Soup", 3, 6, D("14.00"), D("4.75"), D("7.00"), 1, D("14.00"), "CAD"),
        (None, "Water", 1, D("0.5"), D("0.00"), None, D("0.00"), 0, D("0.00"), "CAD"),
    ]


def test_menu_performance_counts_a_line_whose_order_is_not_known_yet(warehouse: Any, books: Any) -> None:
    order = books.order()
    books.item(order, "Tea")
    books.connection.execute("DELETE FROM analytics.orders")
    assert rows(warehouse, "SELECT times_ordered FROM analytics.menu_performance") == [{"times_ordered": 1}]


def test_satisfaction_summary(warehouse: Any, books: Any) -> None:
    for rating, nps in ((5, 10), (4, 9), (3, 6), (1, 7), (2, None)):
        books.feedback(rating, nps, LATE)
    books.feedback(5, None, NEXT_DAY)

    result = rows(warehouse, "SELECT * FROM analytics.satisfaction_summary ORDER BY day", "Asia/Kolkata")
    assert [tuple(row.values()) for row in result] == [
        (date(2024, 3, 5), 5, D("3.00"), D("8.00"), D("40.0"), D("50.0"), D("25.0"), 4),
        (date(2024, 3, 6), 1, D("5.00"), None, D("100.0"), None, None, 0),
    ]


def test_order_metrics_of_one_order(warehouse: Any, books: Any) -> None:
    order = books.order(status="completed", **TWENTY)
    books.item(order, "Soup", 2, D("18.00"))
    books.item(order, "Bread", 1, None)
    (payment,) = books.connection.execute("SELECT payment_id FROM analytics.payments").fetchone()
    books.refund(payment, order, D("5.00"))

    assert rows(warehouse, f"SELECT * FROM analytics.calculate_order_metrics('{order}')") == [
        {
            "order_known": True,
            "status": "completed",
            "item_count": 2,
            "units": 3,
            "unpriced_items": 1,
            "items_total": D("18.00"),
            **TWENTY,
            "paid": D("20.01"),
            "refunded": D("5.00"),
            "balance": D("0.00"),
            "external_id": None,
            "currency": "CAD",
        }
    ]


def test_order_metrics_of_an_order_that_never_came(warehouse: Any) -> None:
    (row,) = rows(warehouse, "SELECT * FROM analytics.calculate_order_metrics(gen_random_uuid())")
    assert (row.pop("order_known"), row.pop("item_count"), row.pop("unpriced_items")) == (False, 0, 0)
    assert set(row.values()) == {None}


def test_latest_offset(warehouse: Any, owner: Any) -> None:
    assert rows(warehouse, "SELECT analytics.get_latest_offset() AS it") == [{"it": None}]
    owner.execute("INSERT INTO raw_data.stream_checkpoints (stream) VALUES ('restaurant')")
    assert rows(warehouse, "SELECT analytics.get_latest_offset() AS it") == [{"it": None}]
    owner.execute("UPDATE raw_data.stream_checkpoints SET event_offset = 42, committed_at = now()")
    assert rows(warehouse, "SELECT analytics.get_latest_offset() AS it") == [{"it": 42}]
    assert rows(warehouse, "SELECT analytics.get_latest_offset('another') AS it") == [{"it": None}]
