"""The further views, on cases small enough to be worked out by hand."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, LiteralString

import pytest

pytestmark = pytest.mark.integration
D = Decimal
NIGHT = datetime(2024, 3, 6, 6, 30, tzinfo=UTC)  # 01:30 in Toronto: Tuesday's business day
NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
LUNCH = datetime(2024, 3, 6, 17, 0, tzinfo=UTC)  # noon there, Wednesday
TUESDAY, WEDNESDAY = date(2024, 3, 5), date(2024, 3, 6)
HOUR = timedelta(hours=1)


def money(total: str) -> dict[str, Decimal]:
    """A bill: a tenth each is tax and tip."""
    tenth = D(total) / 10
    return {"subtotal": D(total) - 2 * tenth, "tax": tenth, "tip": tenth, "total": D(total)}


@pytest.fixture
def ask(warehouse: Any) -> Any:
    """Asked as an analyst."""

    def select(query: LiteralString) -> list[tuple[Any, ...]]:
        with warehouse.connect("analytics_reader") as reader:
            rows: list[tuple[Any, ...]] = reader.execute(query).fetchall()
            return rows

    return select


@pytest.fixture
def toronto(owner: Any) -> None:
    owner.execute(
        "INSERT INTO analytics.locations VALUES"
        " ('LOC-ON-001', 'The Harbour Table', 'Toronto', 'America/Toronto', %s)",
        [time(4)],
    )


@pytest.mark.usefixtures("toronto")
def test_a_business_day_and_a_daypart_for_every_order(ask: Any, books: Any) -> None:
    night = books.order(NIGHT, **money("600"))
    books.order(LUNCH, status="cancelled", city="York")
    books.order(LUNCH, location_code="LOC-QC-001")
    books.refund(night, night, D(5))

    query = (
        "SELECT business_date, daypart, local_ts::time::text, restaurant, city, refunded, is_premium"
        " FROM analytics.order_facts ORDER BY order_ts, location_code"
    )
    assert ask(query) == [
        (TUESDAY, "late", "01:30:00", "The Harbour Table", "Toronto", D(5), True),
        (WEDNESDAY, "lunch", "12:00:00", "The Harbour Table", "York", None, None),
        (WEDNESDAY, "dinner", "17:00:00", None, None, None, None),
    ]


@pytest.mark.parametrize(
    ("hours", "part"),
    [((22, 23, 0, 4), "late"), ((5, 10), "breakfast"), ((11, 15), "lunch"), ((16, 21), "dinner")],
)
def test_where_dayparts_begin(owner: Any, hours: tuple[int, ...], part: str) -> None:
    """To the last microsecond of the hour."""
    for hour in hours:
        for minute in ("00:00", "59:59.999999"):
            moment = f"2024-03-05 {hour:02}:{minute}Z"
            assert owner.execute("SELECT analytics.daypart(%s, NULL)", [moment]).fetchall() == [(part,)]


@pytest.mark.usefixtures("toronto")
def test_daypart_sales(ask: Any, books: Any) -> None:
    books.order(NIGHT, **money("20"))
    books.order(LUNCH, **money("30"))
    books.order(LUNCH + HOUR)
    books.order(LUNCH, status="cancelled")
    assert ask(
        "SELECT day, location_code, daypart, order_count, total_revenue, avg_order_value, total_tips, unpaid_orders,"
        " cancelled_orders, total_refunds FROM analytics.daypart_sales ORDER BY day"
    ) == [
        (TUESDAY, "LOC-ON-001", "late", 1, D(20), D(20), D(2), 0, 0, None),
        (WEDNESDAY, "LOC-ON-001", "lunch", 2, D(30), D(30), D(3), 1, 1, None),
    ]


@pytest.mark.usefixtures("toronto")
def test_store_performance(ask: Any, books: Any) -> None:
    first = books.order(NIGHT, **money("20"))
    books.order(LUNCH, **money("40"))
    books.order(LUNCH)
    books.order(LUNCH, status="cancelled", **money("99"))
    books.order(LUNCH, location_code="LOC-QC-001", **money("180"))
    books.order(LUNCH, location_code="LOC-NS-001")
    books.refund(first, first, D(5))
    assert ask(
        "SELECT location_code, restaurant, orders, revenue, average_ticket, net_revenue, revenue_rank, revenue_share,"
        " orders_per_day, cancelled_orders, first_day, last_day, unpaid_orders FROM analytics.store_performance"
        " ORDER BY revenue_rank"
    ) == [
        ("LOC-QC-001", None, 1, D(180), D(180), D(180), 1, D("75.0"), D(1), 0, WEDNESDAY, WEDNESDAY, 0),
        (
            "LOC-ON-001",
            "The Harbour Table",
            3,
            D(60),
            D(30),
            D(55),
            2,
            D("25.0"),
            D("1.5"),
            1,
            TUESDAY,
            WEDNESDAY,
            1,
        ),
        ("LOC-NS-001", None, 1, None, None, None, None, None, D(1), 0, WEDNESDAY, WEDNESDAY, 1),
    ]


def test_order_status_distribution(ask: Any, books: Any) -> None:
    for status in ("completed", "completed", "cancelled", "ready", "preparing"):
        books.order(LUNCH, status=status)
    books.order(LUNCH)
    books.order(LUNCH, location_code="LOC-QC-001", status="completed")
    assert ask("SELECT * FROM analytics.order_status_distribution ORDER BY location_code, status") == [
        ("LOC-ON-001", "cancelled", 1, D("16.67")),
        ("LOC-ON-001", "completed", 2, D("33.33")),
        ("LOC-ON-001", "pending", 1, D("16.67")),
        ("LOC-ON-001", "preparing", 1, D("16.67")),
        ("LOC-ON-001", "ready", 1, D("16.67")),
        ("LOC-QC-001", "completed", 1, D("100.00")),
    ]


@pytest.mark.usefixtures("toronto")
def test_premium_market_share(ask: Any, books: Any) -> None:
    books.order(LUNCH, **money("500"))  # the city of its restaurant
    books.order(LUNCH, city="Toronto", **money("499.99"))
    books.order(LUNCH, city="Ottawa", **money("1500"))
    books.order(LUNCH, city="Ottawa", status="cancelled", **money("9000"))
    books.order(LUNCH, city="Halifax", **money("10"))
    books.order(LUNCH, city="Moncton")
    assert ask("SELECT * FROM analytics.premium_market_share ORDER BY city") == [
        ("Halifax", 1, 0, D(0), D(10), D(0), D(0), D(0), "CAD"),
        ("Ottawa", 1, 1, D(100), D(1500), D(1500), D(100), D(75), "CAD"),
        ("Toronto", 2, 1, D(50), D("999.99"), D(500), D("50.00"), D(25), "CAD"),
    ]


def test_payment_mix(ask: Any, books: Any) -> None:
    shared = books.order(LUNCH, **money("30"))
    books.payment(shared, **{**money("10"), "method": "cash"})
    books.order(LUNCH + 24 * HOUR, **money("7"))
    books.order(LUNCH, status="cancelled", **money("99"))
    assert ask("SELECT * FROM analytics.payment_mix ORDER BY day, method") == [
        (WEDNESDAY, "LOC-ON-001", "card", None, 1, D(30), D(3), D(30), D(75), "CAD"),
        (WEDNESDAY, "LOC-ON-001", "cash", None, 1, D(10), D(1), D(10), D(25), "CAD"),
        (date(2024, 3, 7), "LOC-ON-001", "card", None, 1, D(7), D("0.7"), D(7), D(100), "CAD"),
    ]


@pytest.mark.usefixtures("toronto")
def test_peak_hours(ask: Any, books: Any) -> None:
    books.order(LUNCH - 56 * 24 * HOUR - HOUR, **money("999"))  # too long ago
    for week in (0, 1):
        books.order(LUNCH - week * 7 * 24 * HOUR, **money("10"))
    books.order(LUNCH, **money("20"))
    books.order(LUNCH - 2 * HOUR, status="cancelled")
    books.order(NIGHT)
    assert ask("SELECT * FROM analytics.peak_hours ORDER BY busy_rank, weekday") == [
        ("LOC-ON-001", 3, 12, 2, D("1.50"), D("20.00"), 1, "CAD"),
        ("LOC-ON-001", 2, 1, 1, D("1.00"), None, 2, "CAD"),
    ]


@pytest.mark.usefixtures("toronto")
def test_cash_up_gives_the_evidence_for_each_difference(ask: Any, books: Any) -> None:
    right = books.order(LUNCH, **money("10"))
    books.item(right, price=D(8))
    short = books.order(LUNCH, **money("20"))
    books.item(short, price=D(10))
    books.item(short, price=D(7))
    unpaid = books.order(LUNCH)
    books.item(unpaid, price=D(3))
    unpriced = books.order(LUNCH, **money("30"))
    books.item(unpriced, price=None)
    wrong = books.order(LUNCH, subtotal=D(5), tax=D(1), tip=D(0), total=D(7))
    cancelled = books.order(LUNCH, status="cancelled", **money("9"))
    books.refund(cancelled, cancelled, D(4))
    back = books.order(LUNCH, status="cancelled", **money("6"))
    books.refund(back, back, D(6))
    books.order(NIGHT, **money("1"))

    (row,) = ask(f"SELECT * FROM analytics.cash_up WHERE day = '{WEDNESDAY}'")
    assert row[:-2] == (
        *(WEDNESDAY, "LOC-ON-001", 5),
        *(D(25), D(53), D(67), D(67), D(6), None),
        *(1, 1, 4, D(-1) + 1 - 3 + 5),
    )
    differences = {(e["order_id"], e["kind"], e["expected"], e["found"], e["difference"]) for e in row[-2]}
    assert differences == {
        (str(short), "items", 17, 16, -1),
        (str(wrong), "parts", 6, 7, 1),
        (str(unpaid), "unpaid", 3, 0, -3),
        (str(cancelled), "cancelled", 0, 5, 5),
    }
    assert [abs(e["difference"]) for e in row[-2]] == [5, 3, 1, 1]


def test_payments_that_took_something_else_than_the_bill(ask: Any, books: Any) -> None:
    order = books.order(LUNCH)
    books.payment(order, amount=D(12), **{**money("10"), "method": "cash"})
    books.connection.execute("UPDATE analytics.orders SET subtotal = 8, tax = 1, tip = 1, total = 10")
    ((difference, (evidence,)),) = ask("SELECT difference, evidence FROM analytics.cash_up")
    assert (difference, evidence["kind"], evidence["expected"], evidence["found"]) == (2, "payments", 10, 12)


def test_the_current_status_and_the_way_to_it(ask: Any, books: Any) -> None:
    order = books.order(LUNCH, status="completed")
    books.status(order, "preparing")
    books.connection.execute(
        "UPDATE analytics.order_status_history SET changed_ts = changed_ts - interval '1 hour'"
        " WHERE status = 'preparing'"
    )
    books.order(LUNCH + HOUR)
    (status, since, changes, path, open_), new = ask(
        "SELECT status, since, changes, path, is_open FROM analytics.current_order_status ORDER BY order_ts"
    )
    assert (status, changes, [step["status"] for step in path], open_) == (
        "completed", 2, ["preparing", "completed"], False,
    )  # fmt: skip
    assert datetime.fromisoformat(path[-1]["at"]) == since
    assert new == ("pending", LUNCH + HOUR, 0, [], True)


def test_stuck_orders(ask: Any, books: Any) -> None:
    now = datetime.now(UTC)
    for minutes in (10, 80, 100):
        books.order(now - timedelta(minutes=minutes))
    books.order(now - timedelta(days=3))
    books.order(now - timedelta(hours=5), status="completed")
    ready = books.order(now - timedelta(minutes=90), status="ready")
    books.connection.execute(
        "UPDATE analytics.order_status_history SET changed_ts = now() - interval '5 minutes'"
        " WHERE order_id = %s",
        [ready],
    )
    pending, prepared = ask("SELECT * FROM analytics.stuck_orders ORDER BY status")
    assert pending[:5] == ("LOC-ON-001", "pending", 4, 2, 1)
    assert [round(float(seconds) / 60) for seconds in pending[5:]] == [80, 100]
    assert prepared[:5] == ("LOC-ON-001", "ready", 1, 0, 0)
    assert [round(float(seconds) / 60) for seconds in prepared[5:]] == [5, 5]


def test_freshness_of_the_rollups(ask: Any, owner: Any) -> None:
    query: LiteralString = (
        "SELECT status, reason, age_seconds FROM analytics.freshness WHERE kind = 'rollups'"
    )
    assert ask(query) == [("ok", "never_refreshed", None)]
    owner.execute("UPDATE analytics.rollup_watermark SET refreshed_at = now() - interval '30 minutes'")
    assert [row[:2] for row in ask(query)] == [("ok", "fresh")]
    owner.execute("UPDATE analytics.rollup_watermark SET refreshed_at = now() - interval '2 hours'")
    assert [row[:2] for row in ask(query)] == [("warn", "stale")]
    component: LiteralString = (
        "SELECT status, details ->> 'reason', details ->> 'remedy' FROM analytics.health_check()"
        " WHERE component = 'rollups'"
    )
    ((status, reason, remedy),) = ask(component)
    assert (status, reason) == ("warn", "stale")
    assert "restaurant_rollups" in remedy


def test_menu_engineering(ask: Any, books: Any) -> None:
    """Twenty units: an even share is a quarter, popular from 17.5 percent on; the mean margin of 19 units is 7.95."""
    for name, costs in (("Soup", ("3", "2")), ("Steak", ("12",)), ("Tea", ("4.5",))):
        for hours, cost in enumerate(costs):
            books.menu_item(name.lower(), LUNCH + hours * HOUR, name=name, cost=D(cost))
    books.menu_item("soup", datetime.now(UTC) + 24 * HOUR, name="Soup", cost=D("11"))  # not today's cost yet
    order = books.order(NOON)
    for name, qty, price in (("Soup", 10, "12"), ("Steak", 3, "26"), ("Tea", 6, "6"), ("Bread", 1, "2")):
        books.item(order, name, qty, D(price) * qty, unit_price=D(price), category="All")
    books.item(books.order(NOON, status="cancelled"), "Bread", 99, D(99))
    rows = ask("SELECT * FROM analytics.menu_engineering ORDER BY quantity_sold DESC")
    assert rows == [
        ("All", "Soup", 10, D(120), D(12), D(2), D(10), D(100), D(50), True, True, "star", "CAD"),
        ("All", "Tea", 6, D(36), D(6), D("4.5"), D("1.5"), D(9), D(30), True, False, "plowhorse", "CAD"),
        ("All", "Steak", 3, D(78), D(26), D(12), D(14), D(42), D(15), False, True, "puzzle", "CAD"),
        ("All", "Bread", 1, D(2), D(2), None, None, None, D(5), False, None, None, "CAD"),
    ]
    books.order(NOON + timedelta(days=30))
    assert ask("SELECT * FROM analytics.menu_engineering") == []
