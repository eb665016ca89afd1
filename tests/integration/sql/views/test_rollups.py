"""Refreshing the rollups: beside writers, beside each other, and by the clocks of the restaurants."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg import IsolationLevel, errors

from restaurant_warehouse.rollups import refresh
from tests.support.warehouse.plain import assert_exact
from tests.support.warehouse.plans import scans

pytestmark = pytest.mark.integration
HOUR = timedelta(hours=1)
SUMMED = ("orders", "order_items", "feedback")
NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
TEN = {name: Decimal(value) for name, value in {"subtotal": 8, "tax": 1, "tip": 1, "total": 10}.items()}
Refresh = Callable[..., datetime]


@pytest.fixture
def refreshed(warehouse: Any) -> Refresh:
    """As Airflow does it."""
    return lambda upto=None: refresh(warehouse.url("airflow_user"), upto)


def logged(owner: psycopg.Connection[Any]) -> int:
    """How many hours wait to be summed again: the hours of sales of a restaurant, and those of movements."""
    row = owner.execute(
        "SELECT count(DISTINCT (rollup, hour, location_code)) FROM analytics.rollup_invalidations"
    ).fetchone()
    assert row is not None
    return int(row[0])


def days(owner: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    query = "SELECT day, order_count, total_revenue FROM analytics.daily_sales ORDER BY day"
    return owner.execute(query).fetchall()


def test_what_is_summed_is_not_read_again(owner: Any, books: Any, refreshed: Refresh) -> None:
    for hours in range(48):
        books.item(books.order(NOON + hours * HOUR, **TEN), price=Decimal(8))
        books.feedback(5, 9, NOON + hours * HOUR)
    assert refreshed(NOON + 24 * HOUR) == NOON + 24 * HOUR
    # Behind the rollups' back: triggers do not see what a superuser's session hides from them.
    owner.execute("ALTER TABLE analytics.orders DISABLE TRIGGER USER")
    owner.execute("UPDATE analytics.orders SET total = 99")

    assert days(owner) == [
        (date(2024, 3, 5), 12, Decimal(120)),
        (date(2024, 3, 6), 24, Decimal(12 * 10 + 12 * 99)),
        (date(2024, 3, 7), 12, Decimal(12 * 99)),
    ]


def test_late_events_are_seen_at_once_and_summed_by_the_next_refresh(
    owner: Any, books: Any, refreshed: Refresh
) -> None:
    order = books.order(NOON, **TEN)
    refreshed(NOON + 2 * HOUR)
    assert logged(owner) == 0

    books.refund(books.payment(order, **TEN), order, Decimal(3))
    books.order(NOON, status="cancelled")
    books.order(NOON + HOUR, **TEN)
    assert_exact(owner)
    assert logged(owner) == 3
    refreshed(NOON + 2 * HOUR)
    assert logged(owner) == 0
    assert_exact(owner)


def test_a_payment_that_leaves_the_money_of_its_order_as_it_is_counts(
    owner: Any, books: Any, refreshed: Refresh
) -> None:
    order = books.order(NOON, **TEN)
    refreshed(NOON + 2 * HOUR)
    books.payment(order, amount=Decimal(5), **dict.fromkeys(TEN, Decimal(0)))
    assert_exact(owner)
    owner.execute("UPDATE analytics.payments SET method = 'cash'")
    assert_exact(owner)
    owner.execute("DELETE FROM analytics.payments WHERE amount = 5")
    assert_exact(owner)


def test_the_premium_threshold_can_change(owner: Any, books: Any, refreshed: Refresh) -> None:
    books.order(NOON, **TEN)
    refreshed(NOON + 2 * HOUR)
    premium = "SELECT premium_orders, premium_revenue, market_share FROM analytics.premium_market_share"
    assert owner.execute(premium).fetchall() == [(0, Decimal(0), None)]
    owner.execute("UPDATE analytics.thresholds SET value = 10 WHERE name = 'premium_order'")
    assert owner.execute(premium).fetchall() == [(1, Decimal(10), Decimal(100))]
    assert refreshed(NOON + 2 * HOUR)
    assert (logged(owner), owner.execute(premium).fetchall()) == (0, [(1, Decimal(10), Decimal(100))])


def test_the_premium_threshold_can_change_while_a_refresh_sums(
    warehouse: Any, owner: Any, books: Any, refreshed: Refresh
) -> None:
    books.order(NOON, **TEN)
    with warehouse.connect("airflow_user") as refresher:
        refresher.isolation_level = IsolationLevel.REPEATABLE_READ
        with refresher.transaction():
            refresher.execute("SELECT analytics.open_refresh(%s)", [NOON + 2 * HOUR])
        with refresher.transaction():
            refresher.execute("SELECT FROM analytics.thresholds")
            owner.execute("UPDATE analytics.thresholds SET value = 10 WHERE name = 'premium_order'")
            refresher.execute("SELECT analytics.refresh_rollups()")
    premium = "SELECT premium_orders FROM analytics.premium_market_share"
    assert owner.execute(premium).fetchall() == [(1,)]
    refreshed(NOON + 2 * HOUR)
    assert owner.execute(premium).fetchall() == [(1,)]


def test_a_sale_after_midnight_belongs_to_last_night(owner: Any, books: Any, refreshed: Refresh) -> None:
    """Also when the restaurant's clock is set after its sales were summed."""
    books.order(datetime(2024, 3, 6, 6, 30, tzinfo=UTC), **TEN)  # 01:30 in Toronto
    books.order(datetime(2024, 3, 6, 9, 0, tzinfo=UTC), **TEN)  # 04:00: a new day
    refreshed(NOON + 48 * HOUR)
    assert days(owner) == [(date(2024, 3, 6), 2, Decimal(20))]

    owner.execute(
        "INSERT INTO analytics.locations (location_code, time_zone, close_out) VALUES (%s, %s, %s)",
        ["LOC-ON-001", "America/Toronto", time(4)],
    )
    nights = [(date(2024, 3, 5), 1, Decimal(10)), (date(2024, 3, 6), 1, Decimal(10))]
    assert days(owner) == nights
    refreshed(NOON + 48 * HOUR)
    assert days(owner) == nights

    owner.execute("DELETE FROM analytics.locations")
    assert days(owner) == [(date(2024, 3, 6), 2, Decimal(20))]


def test_a_new_name_has_nothing_summed_again_and_a_new_city_has(
    owner: Any, books: Any, refreshed: Refresh
) -> None:
    owner.execute("INSERT INTO analytics.locations VALUES ('LOC-ON-001', 'King Street', 'Toronto', 'UTC')")
    books.order(NOON, **TEN)
    refreshed(NOON + 2 * HOUR)
    owner.execute("UPDATE analytics.locations SET name = 'Queen Street'")
    assert logged(owner) == 0
    owner.execute("UPDATE analytics.locations SET city = 'Ottawa'")
    assert logged(owner) == 2
    assert_exact(owner)


def test_a_time_zone_that_does_not_exist_is_refused(owner: Any) -> None:
    with pytest.raises(errors.InvalidParameterValue, match="Mars"):
        owner.execute("INSERT INTO analytics.locations VALUES ('LOC-ON-001', NULL, NULL, 'Mars/Olympus')")


def test_a_refresh_waits_for_a_writer_that_has_not_heard_of_it(
    warehouse: Any, owner: Any, books: Any, refreshed: Refresh
) -> None:
    refreshed(NOON)
    with warehouse.connect("restaurant_user") as writer:
        type(books)(writer).order(NOON + HOUR, **TEN)  # not yet committed
        with pytest.raises(errors.LockNotAvailable):
            refreshed(NOON + 2 * HOUR)
    refreshed(NOON + 2 * HOUR)
    assert days(owner) == [(date(2024, 3, 5), 1, Decimal(10))]


def test_what_is_committed_during_a_refresh_is_logged_for_the_next(
    warehouse: Any, owner: Any, books: Any, refreshed: Refresh
) -> None:
    books.order(NOON, **TEN)
    with warehouse.connect("airflow_user") as refresher:
        refresher.isolation_level = IsolationLevel.REPEATABLE_READ
        refresher.execute("SELECT analytics.open_refresh(%s)", [NOON + HOUR])
        refresher.commit()
        books.order(NOON, **TEN)  # between the halves
        refresher.execute("SELECT")
        books.order(NOON, **TEN)  # after the snapshot
        assert_exact(owner)
        refresher.execute("SELECT analytics.refresh_rollups()")
        refresher.commit()
    assert days(owner) == [(date(2024, 3, 5), 3, Decimal(30))]
    assert logged(owner) == 2
    refreshed(NOON + HOUR)
    assert (days(owner), logged(owner)) == ([(date(2024, 3, 5), 3, Decimal(30))], 0)


def test_of_two_refreshes_at_once_one_gives_way(warehouse: Any, owner: Any, books: Any) -> None:
    books.order(NOON, **TEN)
    with warehouse.connect("airflow_user") as first, warehouse.connect("airflow_user") as second:
        for connection in (first, second):
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            connection.execute("SELECT analytics.open_refresh(%s)", [NOON + HOUR])
            connection.commit()
            connection.execute("SELECT")
        first.execute("SELECT analytics.refresh_rollups()")
        first.commit()
        with pytest.raises(errors.SerializationFailure):
            second.execute("SELECT analytics.refresh_rollups()")
    assert_exact(owner)


def test_without_one_snapshot_it_refuses(warehouse: Any) -> None:
    with (
        warehouse.connect("airflow_user") as connection,
        pytest.raises(errors.RaiseException, match="one snapshot"),
    ):
        connection.execute("SELECT analytics.refresh_rollups()")


def test_by_itself_it_leaves_the_last_hour_open(refreshed: Refresh) -> None:
    before = datetime.now(UTC)
    upto = refreshed()
    assert before - 2 * HOUR < upto <= datetime.now(UTC) - HOUR
    assert (upto.minute, upto.second, upto.microsecond) == (0, 0, 0)
    assert refreshed(NOON) == upto, "the watermark never goes back"


@pytest.mark.parametrize("table", ["orders", "order_items", "payments", "refunds", "feedback"])
def test_emptied_tables_have_empty_views(owner: Any, books: Any, refreshed: Refresh, table: str) -> None:
    order = books.order(NOON, **TEN)
    books.item(order, price=Decimal(8))
    books.refund(books.payment(order, **TEN), order, Decimal(3))
    books.feedback(5, None, NOON)
    refreshed(NOON + HOUR)
    owner.execute(f"TRUNCATE analytics.{table}".encode())
    assert_exact(owner)


@pytest.mark.long
def test_queries_of_the_views_scan_no_fact_table(warehouse: Any, owner: Any, refreshed: Refresh) -> None:
    """Once most of it is summed: counted by PostgreSQL itself, since EXPLAIN does not look into functions."""
    owner.execute(
        "INSERT INTO analytics.orders (order_id, service_type, order_ts, location_code, subtotal, tax, tip, total,"
        " created_at, updated_at, event_ts, event_id)"
        " SELECT gen_random_uuid(), 'dine_in', %(noon)s + n * interval '1 minute', 'LOC-' || n %% 5, 8, 1, 1, 10,"
        " now(), now(), now(), gen_random_uuid() FROM generate_series(1, 30000) AS n",
        {"noon": NOON},
    )
    owner.execute(
        "INSERT INTO analytics.order_items (order_item_id, order_id, item_name, qty, event_ts, event_id)"
        " SELECT gen_random_uuid(), order_id, 'Soup', 1, order_ts, gen_random_uuid() FROM analytics.orders"
    )
    owner.execute(
        "INSERT INTO analytics.feedback (feedback_id, rating, created_ts, event_ts, event_id)"
        " SELECT gen_random_uuid(), 5, order_ts, now(), gen_random_uuid() FROM analytics.orders"
    )
    refreshed(NOON + timedelta(minutes=29_900))
    owner.execute(
        "UPDATE analytics.orders SET total = 11 WHERE order_ts = %s", [NOON + timedelta(minutes=60)]
    )
    owner.execute(
        "VACUUM ANALYZE analytics.orders, analytics.order_items, analytics.feedback, analytics.refunds"
    )

    before = scans(owner, *SUMMED)
    assert_views_answer(warehouse)
    assert scans(owner, *SUMMED) == before
    assert_exact(owner)
    assert scans(owner, *SUMMED) != before, "it counts"


def assert_views_answer(warehouse: Any) -> None:
    with warehouse.connect("analytics_reader", autocommit=True) as reader:
        for view in ("daily_sales", "hourly_sales", "menu_performance", "satisfaction_summary"):
            assert reader.execute(f"SELECT * FROM analytics.{view}".encode()).fetchall()
        reader.execute("SELECT pg_stat_force_next_flush()")
        reader.execute("SELECT")
