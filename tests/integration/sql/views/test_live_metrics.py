"""How things go right now, worked out by hand; and that it reads the last hour only."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from restaurant_warehouse.rollups import refresh
from tests.support.warehouse.plans import scans

pytestmark = pytest.mark.integration
D = Decimal
HOUR, MINUTE, SECOND, WEEK = (timedelta(**{unit: 1}) for unit in ("hours", "minutes", "seconds", "weeks"))
TEN = {"subtotal": D(8), "tax": D(1), "tip": D(1), "total": D(10)}
AT = datetime(2024, 3, 5, 12, 15, tzinfo=UTC)  # a Tuesday


def live(warehouse: Any) -> dict[str, Any]:
    with warehouse.connect("analytics_reader") as reader:
        return only(reader.execute("SELECT * FROM analytics.live_metrics"))


def live_at(owner: psycopg.Connection[Any], at: datetime) -> dict[str, Any]:
    """The view as it is at that instant, however long the test takes."""
    row = owner.execute("SELECT pg_get_viewdef('analytics.live_metrics'::regclass)").fetchone()
    assert row is not None
    query = row[0].replace("%", "%%").replace("clock_timestamp()", "%(at)s::timestamptz")
    return only(owner.execute(query.encode(), {"at": at}))


def only(cursor: psycopg.Cursor[Any]) -> dict[str, Any]:
    """The one row."""
    assert cursor.description is not None
    names = [column.name for column in cursor.description]
    (row,) = cursor.fetchall()
    return dict(zip(names, row, strict=True))


def expected_today(owner: psycopg.Connection[Any], at: datetime) -> tuple[Any, ...] | None:
    return owner.execute("SELECT revenue, projected FROM analytics.expected_today(%s)", [at]).fetchone()


def test_an_empty_warehouse_knows_nothing(warehouse: Any) -> None:
    before = datetime.now(UTC)
    metrics = live(warehouse)
    assert before <= metrics.pop("measured_at") <= datetime.now(UTC)
    counts = ("orders_last_hour", "orders_per_minute", "unpaid_orders_last_hour", "active_customers")
    assert {metrics.pop(name) for name in counts} == {0}
    assert metrics.pop("currency") == "CAD"
    assert len(metrics) == 7
    assert set(metrics.values()) == {None}


def test_the_last_hour(owner: Any, books: Any) -> None:
    now = datetime.now(UTC)
    orders: list[tuple[int, dict[str, Any]]] = [
        (61, {"customer_id": "gone", **TEN}),
        (59, {"customer_id": "ann", **TEN}),
        (30, {"customer_id": "ann", **TEN}),
        (20, {"customer_id": "bob"}),
        (10, {"customer_id": "cleo", "status": "cancelled", **TEN}),
        (1, TEN),
        (-5, TEN),  # by a clock that is ahead
    ]
    for minutes, row in orders:
        books.order(now - minutes * MINUTE, **row)
    owner.execute("TRUNCATE raw_data.events_raw, raw_data.event_ids")
    ingest(owner, books, now)
    owner.execute(
        "INSERT INTO raw_data.stream_checkpoints (stream, latest_event_time, committed_at)"
        " VALUES ('s', %(now)s - interval '20 seconds', %(now)s), ('t', %(now)s - interval '3 days', %(now)s)",
        {"now": now},
    )

    metrics = live_at(owner, now)
    assert metrics["measured_at"] == now
    assert (metrics["orders_last_hour"], metrics["orders_per_minute"]) == (4, D("0.07"))
    assert (
        metrics["revenue_last_hour"],
        metrics["unpaid_orders_last_hour"],
        metrics["active_customers"],
    ) == (
        D(30),
        1,
        2,
    )
    assert (metrics["ingest_latency_p50_seconds"], metrics["ingest_latency_p99_seconds"]) == (D(50), D(99))
    assert metrics["data_quality_percent"] == D("98.10")  # 103 of 105
    assert metrics["freshness_seconds"] == 20


@pytest.mark.parametrize(
    ("minutes", "expected"), [((20, 10, 5), D("0.15")), ((0.5,), D(1)), ((90, 20), D("0.02")), ((), D(0))]
)
def test_a_young_warehouse_has_orders_per_minute_of_its_own_minutes(
    owner: Any, books: Any, minutes: tuple[float, ...], expected: Decimal
) -> None:
    for ago in minutes:
        books.order(AT - ago * MINUTE, **TEN)

    assert live_at(owner, AT)["orders_per_minute"] == expected


def ingest(owner: Any, books: Any, now: datetime) -> None:
    """103 events in the last hour, 100 of them with a latency that counts, and two dead letters that count."""
    for latency in range(1, 101):
        books.event("order_created", ts=now - 2 * MINUTE - latency * SECOND, ingested_at=now - 2 * MINUTE)
    # A backfill writes old events: their age is no latency.
    old = books.event("order_created", ts=now - 900 * HOUR, ingested_at=now - 2 * MINUTE)
    owner.execute("UPDATE raw_data.events_raw SET ingested_by = 'backfill:host:1' WHERE event_id = %s", [old])
    # Too long ago for the latency; the last for everything.
    for ago in (6 * MINUTE, 59 * MINUTE, 61 * MINUTE):
        books.event("order_created", ts=now - 100 * HOUR, ingested_at=now - ago)
    dead_letter(owner, now - 30 * MINUTE)
    dead_letter(owner, now - 30 * MINUTE, "discarded")
    dead_letter(owner, now - 30 * MINUTE, "retried")
    dead_letter(owner, now - 61 * MINUTE)


def dead_letter(owner: psycopg.Connection[Any], moment: datetime, resolution: str | None = None) -> None:
    owner.execute(
        "INSERT INTO raw_data.dead_letters (stream, event_offset, reason_code, detail, received, first_seen, last_seen,"
        " resolution, resolved_at) SELECT 's', count(*), 'r', 'd', 'x', %(seen)s, %(seen)s, %(how)s,"
        " CASE WHEN %(how)s::text IS NOT NULL THEN %(seen)s END FROM raw_data.dead_letters",
        {"seen": moment, "how": resolution},
    )


@pytest.mark.parametrize("summed", [False, True])
def test_today_is_projected_by_the_same_weekday(
    warehouse: Any, owner: Any, books: Any, *, summed: bool
) -> None:
    books.order(AT - HOUR, **TEN)  # today so far
    for hours, weeks in [
        (-1, 1),  # before this time of day
        (0, 1),  # within the hour, of which 45 minutes are still to come
        (5, 1),
        (3, 3),
        (14, 1),  # the next day
        (3, 5),  # too long ago
    ]:
        books.order(AT - weeks * WEEK + hours * HOUR, **TEN)
    books.order(AT - 2 * WEEK + HOUR, status="cancelled", **TEN)  # a day without sales
    books.order(AT - 3 * timedelta(days=1), **TEN)
    books.order(AT - WEEK + 4 * HOUR, location_code="LOC-ON-002", **TEN)  # closed since, as today
    if summed:
        refresh(warehouse.url("airflow_user"), AT - timedelta(days=1))
    # (0.75 × 10 + 10 and 10) / 2 of one restaurant, 10 of the other
    assert expected_today(owner, AT) == (D(10), D("10") + D("13.75") + D(10))


def test_today_is_the_business_day_of_each_restaurant(owner: Any, books: Any) -> None:
    """By its own clock: the week before, summer time had not begun in Toronto."""
    owner.execute(
        "INSERT INTO analytics.locations (location_code, time_zone, close_out) VALUES ('LOC-ON-001', %s, %s)",
        ["America/Toronto", time(4)],
    )
    at = datetime(2024, 3, 12, 5, 0, tzinfo=UTC)  # 01:00 on Tuesday: still Monday's business
    books.order(datetime(2024, 3, 11, 12, 0, tzinfo=UTC), **TEN)  # 08:00 on Monday
    books.order(datetime(2024, 3, 5, 5, 30, tzinfo=UTC), **TEN)  # 00:30: not to come any more
    assert expected_today(owner, at) == (D(10), D(10))
    books.order(datetime(2024, 3, 5, 6, 0, tzinfo=UTC), **TEN)  # 01:00
    assert expected_today(owner, at) == (D(10), D(20))


def test_without_a_history_nothing_is_projected(owner: Any, books: Any) -> None:
    books.order(AT, **TEN)
    assert expected_today(owner, AT) == (D(10), None)
    assert expected_today(owner, AT + timedelta(days=7, hours=-1)) == (None, D(10))


def test_it_reads_the_last_hour_only(warehouse: Any, owner: Any) -> None:
    """Counted by PostgreSQL itself, since EXPLAIN does not look into functions."""
    for table, columns, values in [
        (
            "analytics.orders",
            "order_id, service_type, order_ts, location_code, created_at, updated_at, event_ts, event_id",
            "gen_random_uuid(), 'dine_in', at, 'LOC-ON-001', at, at, at, gen_random_uuid()",
        ),
        (
            "raw_data.events_raw",
            "event_offset, event_id, event_type, ts, partition_key, payload, ingested_at, ingested_by, stream_id",
            "n, gen_random_uuid(), 't', at, 'p', '{}', at, 'w', 'log'",
        ),
    ]:
        rows = "generate_series(1, 50000) AS n, LATERAL (SELECT now() - (50000 - n) * interval '5 minutes' AS at)"
        owner.execute(f"INSERT INTO {table} ({columns}) SELECT {values} FROM {rows}".encode())
    refresh(warehouse.url("airflow_user"), datetime.now(UTC) - 2 * HOUR)
    owner.execute("VACUUM ANALYZE")

    before = scans(owner)
    assert len(before) > 2
    assert live(warehouse)["orders_last_hour"] == 12
    with warehouse.connect("analytics_reader", autocommit=True) as reader:
        reader.execute("SELECT pg_stat_force_next_flush()")
        reader.execute("SELECT")
    assert scans(owner) == before
    owner.execute("SELECT count(payload) FROM raw_data.events_raw")
    assert scans(owner) != before, "it counts"
