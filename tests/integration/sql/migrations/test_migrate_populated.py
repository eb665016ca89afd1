"""Migrations over rows: from each revision to the newest one, nothing is lost, and all that reads them is right."""

import threading
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

import sql
from restaurant_warehouse.contract import CONTRACT
from sql.tool import migrate as migrations
from sql.tool.errors import ObjectsInUseError
from sse_ingest.database.connection import connect
from sse_ingest.lease.lease import Lease
from sse_ingest.settings import Settings
from sse_ingest.store.store import Store
from tests.support.contention import Contention
from tests.support.core import SCHEMAS
from tests.support.events import LIFECYCLE, frame, parsed, payload
from tests.support.warehouse.plain import assert_exact
from tests.support.warehouse.populated import ACCOUNT, INVALID, PRIVILEGES, Contents, assert_kept, contents

pytestmark = pytest.mark.integration

REVISIONS = migrations.revisions()
FIRST_WITH_ORDERS = "0002"
ORDERS = 30
DESCRIBE = Path(__file__).with_name("describe.sql")


def populate(owner: psycopg.Connection[Any], books: Any, revision: str) -> Contents:
    """What a writer of that time would have left: orders with all that belongs to them, and the account of it."""
    for number in range(ORDERS):
        books.event("loyalty_points_earned", datetime.now(UTC), points=number)
        if revision >= FIRST_WITH_ORDERS:
            order = books.order(
                datetime(2024, 3, 1 + number, 12, tzinfo=UTC),
                status="completed",
                subtotal=10,
                tax="1.30",
                tip=0,
                total="11.30",
            )
            books.item(order, price="10.00")
            books.feedback(5, number % 11)
    owner.execute(ACCOUNT)
    return contents(owner)


def assert_sound(warehouse: Any, fresh: Any, before: Contents) -> None:
    """The rows of then, in the schema of now, with its privileges; the views answer, and the next batch is taken."""
    assert sql.status(warehouse.url("restaurant_user")).current
    with (
        warehouse.connect("restaurant_user", autocommit=True) as owner,
        fresh.connect("restaurant_user") as new,
    ):
        assert_kept(owner, before)
        assert owner.execute(INVALID).fetchall() == []
        assert (
            owner.execute(DESCRIBE.read_bytes()).fetchall() == new.execute(DESCRIBE.read_bytes()).fetchall()
        )
        assert sorted(owner.execute(PRIVILEGES)) == sorted(new.execute(PRIVILEGES))
        assert_exact(owner)
    with warehouse.connect("analytics_reader") as reader:
        orders = sum(before.rows.get("analytics.orders", {}).values())
        daily = (
            "SELECT coalesce(sum(order_count), 0), coalesce(sum(total_revenue), 0) FROM analytics.daily_sales"
        )
        assert reader.execute(daily).fetchall() == [(orders, orders * Decimal("11.30"))]


def assert_ingests(warehouse: Any) -> None:
    """The writer of now goes on from the checkpoint of then."""
    settings = Settings(
        contract=CONTRACT,
        stream="restaurant",
        source_url="http://127.0.0.1:1",
        database_url=warehouse.url("airflow_user"),
        writer="test",
    )
    with (
        connect(settings.database_url, "writer", SCHEMAS) as connection,
        Lease(settings, connection.info.backend_pid, lambda: None) as lease,
    ):
        position = lease.take(wait=False, stop=lambda: False)
        assert position is not None
        batch = [
            parsed(frame(offset, kind, payload(kind, 1, part), log="log"))
            for offset, (kind, part) in enumerate(LIFECYCLE, position.offset + 1)
        ]
        assert Store(connection, settings, position.fence).commit(batch).events == len(batch)
    with warehouse.connect("restaurant_user", autocommit=True) as owner:
        assert_exact(owner)
        account = "SELECT complete_up_to_offset, missing_offsets, dead_letters FROM analytics.completeness()"
        assert owner.execute(account).fetchall() == [(position.offset + len(batch), 0, 1)]


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_from_each_revision_with_rows_in_it(
    bootstrapped: Any, warehouse: Any, books_in: Any, revision: str
) -> None:
    url = bootstrapped.url("restaurant_user")
    migrations.upgrade(url, revision)
    with bootstrapped.connect("restaurant_user", autocommit=True) as owner:
        before = populate(owner, books_in(owner), revision)
        in_default = owner.execute("SELECT count(*) FROM raw_data.events_raw_default").fetchone()
    sql.migrate(url)
    assert_sound(bootstrapped, warehouse, before)
    assert_ingests(bootstrapped)
    with bootstrapped.connect("restaurant_user") as owner:
        left = owner.execute("SELECT count(*) FROM raw_data.events_raw_default WHERE ts > '2025-01-01'")
        assert in_default is not None
        assert in_default[0] >= ORDERS
        assert left.fetchone() == (0,), "the months ahead take their rows out of the default partition"


def test_nobody_refreshes_what_the_functions_of_then_do_not_know(bootstrapped: Any) -> None:
    """Between the migrations and the functions of now: the rollups have more tables, and would miss them for ever."""
    url = bootstrapped.url("restaurant_user")
    migrations.upgrade(url, "0015")
    refresh = "SELECT to_regprocedure('analytics.refresh_rollups()') IS NOT NULL"
    with bootstrapped.connect("restaurant_user", autocommit=True) as owner:
        owner.execute("CREATE FUNCTION analytics.refresh_rollups() RETURNS timestamptz RETURN now()")
        migrations.upgrade(url)
        assert owner.execute(refresh).fetchone() == (False,)
        sql.migrate(url)
        assert owner.execute(refresh).fetchone() == (True,)


def test_what_people_changed_stays_changed(bootstrapped: Any) -> None:
    url = bootstrapped.url("restaurant_user")
    migrations.upgrade(url, "0003")
    with bootstrapped.connect("restaurant_user", autocommit=True) as owner:
        owner.execute("UPDATE analytics.thresholds SET value = 123 WHERE name = 'lag_warn'")
        sql.migrate(url)
        changed = owner.execute("SELECT value FROM analytics.thresholds WHERE name = 'lag_warn'")
        assert changed.fetchone() == (123,)


def test_a_reader_that_sits_idle_keeps_migrate_out_and_nobody_else(
    bootstrapped: Any, warehouse: Any, books_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gives up in time, between two migrations; who reads meanwhile waits for one attempt at most."""
    monkeypatch.setattr(migrations, "ATTEMPTS", 3)
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT", "200ms")
    url = bootstrapped.url("restaurant_user")
    migrations.upgrade(url, FIRST_WITH_ORDERS)
    with bootstrapped.connect("restaurant_user", autocommit=True) as owner:
        before = populate(owner, books_in(owner), FIRST_WITH_ORDERS)
    failures: list[ObjectsInUseError] = []

    def migrate() -> None:
        try:
            sql.migrate(url)
        except ObjectsInUseError as error:
            failures.append(error)

    with (
        bootstrapped.connect("restaurant_user") as idle,
        bootstrapped.connect("restaurant_user", autocommit=True) as other,
    ):
        for table in before.columns:
            idle.execute(f"SELECT FROM {table}".encode())
        run = threading.Thread(target=migrate)
        run.start()
        longest, busy = 0.0, Contention()
        while run.is_alive():
            began = time.monotonic()
            contents(other, before.columns)
            longest = max(longest, time.monotonic() - began)
        assert len(failures) == 1
        assert longest < 2 + busy.seconds
        stopped_at = sql.status(url).revision
        assert stopped_at in REVISIONS[REVISIONS.index(FIRST_WITH_ORDERS) + 1 : -1]
        assert_kept(other, before)
    sql.migrate(url)
    assert_sound(bootstrapped, warehouse, before)
