"""Unusual hours, on cases small enough to be worked out by hand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from restaurant_warehouse.rollups import refresh

pytestmark = pytest.mark.integration
D = Decimal
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)  # a Monday
Refresh = Callable[..., datetime]


@pytest.fixture
def refreshed(warehouse: Any) -> Refresh:
    return lambda upto: refresh(warehouse.url("airflow_user"), upto)


def sold(owner: psycopg.Connection[Any], hour: datetime, orders: int, ticket: int = 20) -> None:
    """So many orders of an hour, each paid with so much."""
    owner.execute(
        "INSERT INTO analytics.orders (order_id, service_type, order_ts, location_code, subtotal, tax, tip, total,"
        " created_at, updated_at, event_ts, event_id)"
        " SELECT gen_random_uuid(), 'dine_in', %(hour)s + n * interval '1 second', 'LOC-ON-001', %(ticket)s, 0, 0,"
        " %(ticket)s, now(), now(), now(), gen_random_uuid() FROM generate_series(1, %(orders)s) AS n",
        {"hour": hour, "orders": orders, "ticket": ticket},
    )


def scored(warehouse: Any, hour: datetime) -> list[tuple[Any, ...]]:
    """As an analyst whose clock is set elsewhere."""
    with warehouse.connect("analytics_reader") as reader:
        reader.execute("SET TimeZone TO 'Asia/Kolkata'")
        return reader.execute(  # type: ignore[no-any-return]
            "SELECT measure, value, expected, score, is_anomaly, same_weekday, compared_with"
            " FROM analytics.abnormality_of_hours(%s, %s) ORDER BY measure",
            [hour, hour + HOUR],
        ).fetchall()


def test_median_and_mad(warehouse: Any, owner: Any, refreshed: Refresh) -> None:
    """Of 4, 10 and 16, six times each: median 10, MAD 6. 42 orders are (42 - 10) * 0.6745 / 6 away."""
    for day in range(18):
        sold(owner, NOON + day * DAY, (4, 10, 16)[day % 3])
    today = NOON + 18 * DAY
    sold(owner, today, 42)
    refreshed(today + HOUR)

    assert scored(warehouse, today) == [
        ("orders", 42, D("10.00"), D("3.60"), True, False, 18),
        ("revenue", 840, D("200.00"), D("3.60"), True, False, 18),
    ]
    with warehouse.connect("analytics_reader") as reader:
        rows = reader.execute(
            "SELECT kind, location_code, at, measure, value, expected, score, payment_id, evidence"
            " FROM analytics.anomalies ORDER BY measure"
        ).fetchall()
    evidence = {"same_weekday": False, "compared_with": 18}
    assert rows == [
        ("hour", "LOC-ON-001", today, "orders", 42, 10, 3.6, None, evidence),
        ("hour", "LOC-ON-001", today, "revenue", 840, 200, 3.6, None, evidence),
    ]


@pytest.mark.parametrize(
    ("usual", "orders", "score", "is_anomaly"),
    [
        (9, 19, "3.33", False),
        (9, 20, "3.67", True),
        (9, 9, "0.00", False),
        (0, 3, "3.00", False),
        (0, 4, "4.00", True),
        (6, 0, "-2.45", True),
        (5, 0, "-2.24", False),
        (6, 1, "-2.04", False),
    ],
)
def test_hours_that_never_differed(
    warehouse: Any, owner: Any, refreshed: Refresh, usual: int, orders: int, score: str, is_anomaly: bool
) -> None:
    """A MAD of 0: then the spread is the square root of the usual orders. No order at all is an anomaly by itself."""
    sold(owner, NOON - HOUR, 1)
    for day in range(15):
        sold(owner, NOON + day * DAY, usual)
    today = NOON + 15 * DAY
    sold(owner, today, orders)
    refreshed(today + HOUR)

    (by_orders, by_revenue) = scored(warehouse, today)
    assert by_orders[:5] == ("orders", orders, usual, D(score), is_anomaly)
    assert by_revenue[:5] == ("revenue", 20 * orders, 20 * usual, D(score), is_anomaly)


def test_money_that_is_missing_is_seen_though_orders_are_not(
    warehouse: Any, owner: Any, refreshed: Refresh
) -> None:
    for day in range(15):
        sold(owner, NOON + day * DAY, 16)
    sold(owner, NOON + 15 * DAY, 16, ticket=2)
    refreshed(NOON + 15 * DAY + HOUR)
    # 32 of 320: the spread is at least the mean ticket times the root of 16.
    assert scored(warehouse, NOON + 15 * DAY) == [
        ("orders", 16, 16, D("0.00"), False, False, 15),
        ("revenue", 32, 320, D("-3.60"), True, False, 15),
    ]


def test_with_enough_history_a_monday_is_compared_with_mondays(
    warehouse: Any, owner: Any, refreshed: Refresh
) -> None:
    for day in range(64):
        sold(owner, NOON + day * DAY, 10 if day % 7 else 40)
    monday = NOON + 63 * DAY
    refreshed(monday + HOUR)
    assert scored(warehouse, monday)[0] == ("orders", 40, 40, 0, False, True, 8)

    owner.execute("UPDATE analytics.thresholds SET value = 20 WHERE name = 'anomaly_weekday_weeks'")
    assert scored(warehouse, monday)[0] == ("orders", 40, 10, D("9.49"), True, False, 56)
    owner.execute("UPDATE analytics.thresholds SET value = 10 WHERE name = 'anomaly_hour_score'")
    assert scored(warehouse, monday)[0][4] is False


def test_closed_days_of_a_history_of_five_weeks_are_no_anomalies(
    warehouse: Any, owner: Any, refreshed: Refresh
) -> None:
    """Mondays. The history begins on one, so its first sale is on the day after."""
    for hour in range(35 * 24 + 1):
        at = NOON + hour * HOUR
        if at.weekday() and 10 <= at.hour <= 20:
            sold(owner, at, 9)
    refreshed(NOON + 35 * DAY)
    hours = "SELECT count(*), count(*) FILTER (WHERE is_anomaly) FROM analytics.abnormality_of_hours()"
    assert owner.execute(hours).fetchone() == (2 * 7 * 24, 0)


def test_hours_are_those_of_the_restaurants_clock(warehouse: Any, owner: Any, refreshed: Refresh) -> None:
    """Noon in Toronto is 17:00 UTC before 10 March, and 16:00 from then on."""
    owner.execute("INSERT INTO analytics.locations VALUES ('LOC-ON-001', NULL, NULL, 'America/Toronto')")
    first = datetime(2024, 2, 20, 17, tzinfo=UTC)
    for day in range(21):
        sold(owner, first + day * DAY - (HOUR if day >= 19 else timedelta()), 20)
    today = datetime(2024, 3, 11, 16, tzinfo=UTC)
    refreshed(today + 2 * HOUR)
    assert scored(warehouse, today)[0][:5] == ("orders", 20, 20, 0, False)
    assert scored(warehouse, today + HOUR)[0][:5] == ("orders", 0, 0, 0, False)


def test_only_closed_hours_of_known_restaurants_are_scored(
    warehouse: Any, owner: Any, refreshed: Refresh
) -> None:
    for day in range(16):
        sold(owner, NOON + day * DAY, 10)
    assert scored(warehouse, NOON + 15 * DAY) == []
    refreshed(NOON + 15 * DAY)
    assert scored(warehouse, NOON + 15 * DAY) == []
    refreshed(NOON + 15 * DAY + HOUR)
    assert scored(warehouse, NOON + 13 * DAY) == []
    assert len(scored(warehouse, NOON + 14 * DAY)) == len(scored(warehouse, NOON + 15 * DAY)) == 2


def test_a_late_order_restates_its_hour_at_once(warehouse: Any, owner: Any, refreshed: Refresh) -> None:
    for day in range(15):
        sold(owner, NOON + day * DAY, 10)
    today = NOON + 15 * DAY
    refreshed(today + HOUR)
    assert scored(warehouse, today)[0][:5] == ("orders", 0, 10, D("-3.16"), True)
    sold(owner, today, 10)
    assert scored(warehouse, today)[0][:5] == ("orders", 10, 10, 0, False)


def test_asking_reads_no_orders(warehouse: Any, owner: Any, refreshed: Refresh) -> None:
    for day in range(30):
        sold(owner, NOON + day * DAY, 300)
    refreshed(NOON + 30 * DAY)
    owner.execute("VACUUM ANALYZE analytics.orders")

    def read() -> int:
        owner.execute("SELECT pg_stat_force_next_flush()")
        owner.execute("SELECT pg_stat_clear_snapshot()")
        (rows,) = owner.execute(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables"
            " WHERE relid = 'analytics.orders'::regclass"
        ).fetchone()
        return int(rows)

    before = read()
    with warehouse.connect("analytics_reader", autocommit=True) as reader:
        reader.execute("SELECT * FROM analytics.anomalies").fetchall()
        reader.execute("SELECT pg_stat_force_next_flush()")
        reader.execute("SELECT")
    assert read() == before
    owner.execute("SELECT count(*), max(total) FROM analytics.orders")
    assert read() > before, "it counts"
