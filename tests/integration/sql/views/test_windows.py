"""Sales by the minute, on a case small enough to be worked out by hand; and what it costs to ask for an hour of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from tests.support.warehouse.plans import explained, nodes

pytestmark = pytest.mark.integration
D = Decimal
MINUTE = timedelta(minutes=1)
NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
TEN = {"subtotal": D(8), "tax": D(1), "tip": D(1), "total": D(10)}
ODD = {"subtotal": D("18.00"), "tax": D("2.01"), "tip": D(0), "total": D("20.01")}


def windows(warehouse: Any) -> list[dict[str, Any]]:
    with warehouse.connect("analytics_reader") as reader:
        cursor = reader.execute(
            "SELECT * FROM analytics.sales_per_minute ORDER BY window_start, location_code"
        )
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]


def test_sales_per_minute(warehouse: Any, owner: Any, books: Any) -> None:
    books.order(NOON, customer_id="ann", **TEN)
    books.order(NOON + timedelta(seconds=59.999999), customer_id="ann", **ODD)
    books.order(NOON, customer_id="bob")
    books.order(NOON)
    books.order(NOON, customer_id="cleo", status="cancelled", **TEN)
    given_back = books.order(NOON, location_code="LOC-ON-002", **TEN)
    books.refund(books.payment(given_back, **TEN), given_back, D("2.50"))
    cancelled = books.order(NOON + MINUTE, status="cancelled", **TEN)
    books.refund(books.payment(cancelled, **TEN), cancelled, D(10))
    owner.execute(
        "INSERT INTO raw_data.stream_checkpoints (stream, latest_event_time, committed_at) VALUES ('s', %s, %s)",
        [NOON + 11 * MINUTE, NOON],
    )
    known_at = NOON + 30 * MINUTE
    owner.execute(
        "INSERT INTO raw_data.late_arrivals"
        " SELECT gen_random_uuid(), 'payment_captured', %(order)s, %(noon)s, %(noon)s + interval '1 minute' * n,"
        " %(known)s + n * interval '1 second' FROM generate_series(1, 2) AS n",
        {"order": given_back, "noon": NOON, "known": known_at},
    )

    names = [
        *("window_start", "location_code", "order_count", "total_revenue", "avg_order_value"),
        *("distinct_customers", "unpaid_orders", "cancelled_orders", "total_refunds", "is_final"),
        *("late_events", "restated_at", "currency"),
    ]
    restated = known_at + timedelta(seconds=2)
    expected = [
        (NOON, "LOC-ON-001", 4, D("30.01"), D("15.01"), 2, 2, 1, None, True, 0, None, "CAD"),
        (NOON, "LOC-ON-002", 1, D(10), D(10), 0, 0, 0, D("2.5"), True, 2, restated, "CAD"),
        (NOON + MINUTE, "LOC-ON-001", 0, None, None, 0, 0, 1, None, False, 0, None, "CAD"),
    ]
    assert windows(warehouse) == [dict(zip(names, row, strict=True)) for row in expected]


def test_without_any_event_nothing_is_final(owner: Any, books: Any, warehouse: Any) -> None:
    assert owner.execute("SELECT analytics.event_watermark()").fetchone() == (None,)
    books.order(NOON, **TEN)
    assert [row["is_final"] for row in windows(warehouse)] == [False]


@pytest.fixture
def many(owner: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """Three weeks of an order a minute, each with a refund and a late event."""
    owner.execute(
        "INSERT INTO analytics.orders (order_id, service_type, order_ts, location_code, subtotal, tax, tip, total,"
        " created_at, updated_at, event_ts, event_id)"
        " SELECT gen_random_uuid(), 'dine_in', %(noon)s + n * interval '1 minute', 'LOC-' || n %% 5, 8, 1, 1, 10,"
        " now(), now(), now(), gen_random_uuid() FROM generate_series(1, 30000) AS n",
        {"noon": NOON},
    )
    owner.execute(
        "INSERT INTO analytics.refunds SELECT gen_random_uuid(), gen_random_uuid(), order_id, 1, NULL, now(), now(),"
        " gen_random_uuid() FROM analytics.orders"
    )
    owner.execute(
        "INSERT INTO raw_data.late_arrivals SELECT gen_random_uuid(), 'order_created', order_id, order_ts,"
        " order_ts + interval '1 hour', now() FROM analytics.orders"
    )
    owner.execute("VACUUM ANALYZE analytics.orders, analytics.refunds, raw_data.late_arrivals")
    return owner


@pytest.mark.parametrize("extra", ["", " AND location_code = 'LOC-3'", " AND late_events > 0"])
def test_an_hour_is_found_by_its_index(many: psycopg.Connection[Any], warehouse: Any, extra: str) -> None:
    query = (
        "SELECT * FROM analytics.sales_per_minute WHERE window_start >="
        " (SELECT analytics.newest_moment()) - interval '1 hour'" + extra
    )
    plan = list(nodes(explained(many, query)))
    assert "orders_minute" in {node.get("Index Name") for node in plan}
    whole = {node["Relation Name"] for node in plan if node["Node Type"] == "Seq Scan"}
    assert whole <= {"stream_checkpoints"}
    read = sum(node["Actual Rows"] * node["Actual Loops"] for node in plan if "Relation Name" in node)
    assert 30 < read < 300, "orders, and what belongs to each"
