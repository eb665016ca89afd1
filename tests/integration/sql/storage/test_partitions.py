"""Partitions of events_raw: ahead of need, for old years, over rows that the default holds, two at once."""

import threading
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg.errors import InvalidParameterValue, LockNotAvailable

pytestmark = pytest.mark.integration


def months(connection: psycopg.Connection[Any]) -> list[str]:
    rows = connection.execute(
        "SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'raw_data.events_raw'::regclass AND c.relname <> 'events_raw_default' ORDER BY 1"
    )
    return [row[0] for row in rows]


def ensure(connection: psycopg.Connection[Any], first: Any, last: Any) -> int:
    row = connection.execute("SELECT raw_data.ensure_partitions(%s, %s)", [first, last]).fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def writer(warehouse: Any) -> Any:
    with warehouse.connect("airflow_user", autocommit=True) as connection:
        yield connection


def test_migrate_makes_this_month_and_three_ahead(owner: Any) -> None:
    (expected,) = owner.execute(
        "SELECT array_agg(to_char(month, '\"events_raw_\"YYYY_MM') ORDER BY month)"
        " FROM generate_series(date_trunc('month', now(), 'UTC'), now() + interval '3 months', '1 month') AS month"
    ).fetchone()
    assert months(owner) == expected


def test_a_backfill_of_old_years(warehouse: Any, writer: Any, owner: Any, books: Any) -> None:
    assert ensure(writer, "2009-12-31T23:59:59Z", "2011-01-01T00:00:00Z") == 14
    assert ensure(writer, "2009-12-31T23:59:59Z", "2011-01-01T00:00:00Z") == 0
    assert {"events_raw_2009_12", "events_raw_2010_06", "events_raw_2011_01"} <= set(months(owner))
    books.event("x", datetime(2010, 6, 30, 23, 59, 59, 999999, tzinfo=UTC))
    assert owner.execute("SELECT count(*) FROM raw_data.events_raw_2010_06").fetchone() == (1,)


@pytest.mark.parametrize("zone", ["America/Toronto", "Asia/Kolkata"])
def test_months_are_cut_in_utc(writer: Any, owner: Any, zone: str) -> None:
    writer.execute("SELECT set_config('TimeZone', %s, false)", [zone])
    assert ensure(writer, "2010-05-31T23:30:00Z", "2010-06-01T00:30:00Z") == 2
    (bound,) = owner.execute(
        "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'events_raw_2010_06'"
    ).fetchone()
    assert bound == "FOR VALUES FROM ('2010-06-01 00:00:00+00') TO ('2010-07-01 00:00:00+00')"


def test_a_partition_is_like_its_parent(writer: Any, owner: Any) -> None:
    """Owner, key, index, checks and comment; created for a role that may not do DDL."""
    ensure(writer, "2010-06-01", "2010-06-30")
    assert owner.execute(
        "SELECT relowner::regrole::text, obj_description(oid, 'pg_class') FROM pg_class"
        " WHERE relname = 'events_raw_2010_06'"
    ).fetchone() == ("restaurant_owner", "Events of 2010-06 (UTC).")
    inherited = owner.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = 'raw_data.events_raw_2010_06'::regclass"
        " AND contype IN ('c', 'p') AND (coninhcount > 0 OR conparentid <> 0) ORDER BY 1"
    ).fetchall()
    assert [row[0] for row in inherited] == [
        "events_raw_2010_06_pkey",
        "events_raw_offset_positive",
        "events_raw_type_not_empty",
        "events_raw_version_not_negative",
    ]
    # Attached, not made a second time: one key, and a BRIN by each time.
    assert owner.execute(
        "SELECT count(*) FROM pg_index WHERE indrelid = 'raw_data.events_raw_2010_06'::regclass"
    ).fetchone() == (3,)


def test_rows_that_the_default_holds_move_out(writer: Any, owner: Any, books: Any) -> None:
    inside = books.event("x", datetime(2010, 6, 15, tzinfo=UTC), amount=1)
    outside = books.event("x", datetime(1950, 6, 15, tzinfo=UTC))
    before = owner.execute("SELECT * FROM raw_data.events_raw ORDER BY event_id").fetchall()
    ensure(writer, "2010-06-01", "2010-06-30")
    assert owner.execute("SELECT event_id FROM raw_data.events_raw_2010_06").fetchall() == [(inside,)]
    assert owner.execute("SELECT event_id FROM raw_data.events_raw_default").fetchall() == [(outside,)]
    assert owner.execute("SELECT * FROM raw_data.events_raw ORDER BY event_id").fetchall() == before


def test_years_beyond_the_allowed_ones_are_left_to_the_default(writer: Any, owner: Any) -> None:
    before = months(owner)
    assert ensure(writer, "1900-01-01", "1999-12-31") == 0
    assert ensure(writer, "2190-01-01", "2199-12-31") == 0
    assert months(owner) == before
    assert ensure(writer, "-infinity", "2000-02-01") == 2
    assert {"events_raw_2000_01", "events_raw_2000_02"} < set(months(owner))


@pytest.mark.parametrize(
    ("first", "last"), [("2010-02-01", "2010-01-01"), (None, "2010-01-01"), ("2010-01-01", None)]
)
def test_a_range_that_is_none(writer: Any, first: Any, last: Any) -> None:
    with pytest.raises(InvalidParameterValue, match="needs a range"):
        ensure(writer, first, last)


def test_two_callers_at_once(warehouse: Any, owner: Any) -> None:
    counts: list[int] = []
    ready = threading.Barrier(4)

    def call() -> None:
        with warehouse.connect("airflow_user") as connection:
            ready.wait()
            counts.append(ensure(connection, "2012-01-01", "2012-12-31"))

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert sorted(counts) == [0, 0, 0, 12]


def test_it_shares_the_transaction_of_its_caller(warehouse: Any, owner: Any) -> None:
    """The writer calls it in the batch whose rows need it: both or neither."""
    before = months(owner)
    with warehouse.connect("airflow_user") as connection:
        ensure(connection, "2013-01-01", "2013-01-31")
        connection.rollback()
    assert months(owner) == before


def test_writers_and_readers_of_other_months_are_not_stopped(warehouse: Any, writer: Any, books: Any) -> None:
    ensure(writer, "2014-01-01", "2014-01-31")
    with warehouse.connect("airflow_user") as busy:
        busy.execute(
            "SELECT count(*) FROM raw_data.events_raw WHERE ts >= '2014-01-01' AND ts < '2014-01-09'"
        )
        busy.execute(
            "INSERT INTO raw_data.events_raw VALUES"
            " (1, gen_random_uuid(), 'x', '2014-01-05', 'p', '{}', now(), 'test', 'log')"
        )
        assert ensure(writer, "2014-02-01", "2014-02-28") == 1


def test_it_does_not_wait_for_ever(warehouse: Any, writer: Any) -> None:
    """A session holds the default partition: the caller gets an error, and nothing is left half done."""
    with warehouse.connect("restaurant_user") as holder:
        holder.execute("SELECT count(*) FROM raw_data.events_raw_default")
        with pytest.raises(LockNotAvailable):
            ensure(writer, "2015-01-01", "2015-01-31")
    assert ensure(writer, "2015-01-01", "2015-01-31") == 1
