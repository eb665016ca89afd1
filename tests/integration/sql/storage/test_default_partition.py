"""raw_data.empty_default_partition(): whole months, within a bound, beside ingestion, and on record."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from psycopg import IsolationLevel
from psycopg.errors import LockNotAvailable

pytestmark = pytest.mark.integration
Rows = list[tuple[date, int, bool]]
JUNE, JULY = date(2010, 6, 1), date(2010, 7, 1)
COPIES = (
    "INSERT INTO raw_data.events_raw (event_offset, event_id, event_type, ts, partition_key, payload,"
    " ingested_at, ingested_by, stream_id)"
    " SELECT n, gen_random_uuid(), 'x', %s, 'p', '{}', now(), 'test', 'log' FROM generate_series(1, %s) AS n"
)


@pytest.fixture
def maintainer(warehouse: Any) -> Iterator[psycopg.Connection[Any]]:
    with warehouse.connect("airflow_user", autocommit=True) as connection:
        yield connection


@pytest.fixture
def stray(books: Any) -> None:
    """Two events of June, one of July, and one of a clock that is wrong."""
    for day in ("2010-06-01", "2010-06-30T23:59", "2010-07-01", "1950-01-01"):
        books.event("x", datetime.fromisoformat(day).replace(tzinfo=UTC), amount=1)


def empty(connection: psycopg.Connection[Any], most_rows: int = 1_000_000) -> Rows:
    return connection.execute(
        "SELECT month, rows, moved FROM raw_data.empty_default_partition(%s)", [most_rows]
    ).fetchall()


def everything(connection: psycopg.Connection[Any]) -> Rows:
    return connection.execute("SELECT * FROM raw_data.events_raw ORDER BY event_id").fetchall()


def held(connection: psycopg.Connection[Any], table: str) -> int:
    (count,) = connection.execute(f"SELECT count(*) FROM raw_data.{table}".encode()).fetchone() or (-1,)
    return int(count)


def test_months_get_their_partitions(stray: None, maintainer: Any, owner: Any) -> None:
    before = everything(owner)
    assert empty(maintainer) == [(JUNE, 2, True), (JULY, 1, True)]
    assert everything(owner) == before
    places = ("events_raw_2010_06", "events_raw_2010_07", "events_raw_default")
    assert [held(owner, table) for table in places] == [2, 1, 1]
    assert empty(maintainer) == []


def test_who_moved_what_is_on_record(stray: None, maintainer: Any, owner: Any) -> None:
    empty(maintainer)
    assert owner.execute(
        "SELECT actor, action, object, details FROM analytics.audit_log ORDER BY audit_id"
    ).fetchall() == [
        ("airflow_user", "default_partition_moved", "raw_data.events_raw_2010_06", {"rows": 2}),
        ("airflow_user", "default_partition_moved", "raw_data.events_raw_2010_07", {"rows": 1}),
    ]


def test_no_more_rows_than_allowed_and_no_part_of_a_month(stray: None, maintainer: Any, owner: Any) -> None:
    assert empty(maintainer, 1) == [(JUNE, 2, False), (JULY, 1, True)]
    assert empty(maintainer, 1) == [(JUNE, 2, False)]
    assert empty(maintainer, 2) == [(JUNE, 2, True)]


def test_the_rest_comes_with_the_next_call(stray: None, maintainer: Any) -> None:
    assert empty(maintainer, 2) == [(JUNE, 2, True), (JULY, 1, False)]
    assert empty(maintainer, 2) == [(JULY, 1, True)]


def test_ingestion_goes_on_meanwhile(stray: None, warehouse: Any, owner: Any) -> None:
    """Of every month that has a partition: events are written and read while rows are being moved."""
    owner.execute("SELECT raw_data.ensure_partitions('2014-01-01', '2014-01-31')")
    with warehouse.connect("airflow_user") as busy, warehouse.connect("airflow_user") as moving:
        busy.execute(COPIES, ["2014-01-05", 1])
        assert empty(moving) != []
        with warehouse.connect("airflow_user") as live:
            live.execute("SET statement_timeout = '2s'")
            live.execute(COPIES, ["2014-01-06", 10])
            cursor = live.execute(
                "SELECT count(*) FROM raw_data.events_raw WHERE ts >= '2014-01-06' AND ts < '2014-02-01'"
            )
            assert cursor.fetchone() == (10,)


def test_a_snapshot_sees_each_event_once(stray: None, warehouse: Any, maintainer: Any, owner: Any) -> None:
    """Also one that was taken before the move, and looks at events_raw only after it."""
    before = everything(owner)
    with warehouse.connect("restaurant_user") as reader:
        reader.isolation_level = IsolationLevel.REPEATABLE_READ
        reader.execute("SELECT count(*) FROM analytics.orders")
        assert len(empty(maintainer)) == 2
        assert everything(reader) == before


def test_it_does_not_wait_for_ever(stray: None, warehouse: Any, maintainer: Any, owner: Any) -> None:
    with warehouse.connect("restaurant_user") as holder:
        holder.execute("SELECT count(*) FROM raw_data.events_raw_default")
        with pytest.raises(LockNotAvailable):
            empty(maintainer)
    assert len(empty(maintainer)) == 2


def test_with_nothing_to_move_nobody_is_waited_for(warehouse: Any, maintainer: Any) -> None:
    with warehouse.connect("restaurant_user") as holder:
        holder.execute("SELECT count(*) FROM raw_data.events_raw_default")
        assert empty(maintainer) == []


def test_two_at_once_and_a_writer_that_wants_the_month(stray: None, warehouse: Any, owner: Any) -> None:
    before = everything(owner)
    ready = threading.Barrier(3)
    moved: list[tuple[date, int]] = []
    failures: list[BaseException] = []

    def call(make: bool) -> None:
        try:
            with warehouse.connect("airflow_user", autocommit=True) as connection:
                ready.wait()
                if make:
                    connection.execute("SELECT raw_data.ensure_partitions('2010-06-01', '2010-07-31')")
                else:
                    moved.extend((month, rows) for month, rows, is_moved in empty(connection) if is_moved)
        except BaseException as error:  # noqa: BLE001 - shown by the test's own thread
            failures.append(error)

    callers = [threading.Thread(target=call, args=[make]) for make in (False, False, True)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert failures == []
    assert len(moved) == len(set(moved))
    assert everything(owner) == before
    assert held(owner, "events_raw_default") == 1


def test_a_writer_is_not_kept_waiting_by_many_rows(maintainer: Any, owner: Any) -> None:
    """Its own call leaves them in the default partition, where they are counted; maintenance moves them."""
    ensure = "SELECT raw_data.ensure_partitions('2010-06-01', '2010-06-30')"
    owner.execute(COPIES, ["2010-06-05", 10_001])
    assert maintainer.execute(ensure).fetchone() == (0,)
    assert held(owner, "events_raw_default") == 10_001
    assert empty(maintainer) == [(JUNE, 10_001, True)]
    assert maintainer.execute(ensure).fetchone() == (0,)
    assert held(owner, "events_raw_2010_06") == 10_001


def test_the_planner_knows_the_whole(maintainer: Any, owner: Any) -> None:
    owner.execute(COPIES, [datetime.now(UTC), 100])
    known = "SELECT reltuples::integer FROM pg_class WHERE oid = 'raw_data.events_raw'::regclass"
    assert owner.execute(known).fetchone() == (-1,)
    maintainer.execute("SELECT raw_data.analyze_events()")
    assert owner.execute(known).fetchone() == (100,)
