"""An earlier version, with rows, refreshed rollups and grants of people, becomes this version in place."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import errors

import sql
from restaurant_warehouse.quality.rules import load
from restaurant_warehouse.quality.run import run
from restaurant_warehouse.rollups import refresh
from sse_ingest.migrations import init_db
from tests.support.warehouse.earlier_version import VERSIONS, EarlierVersion
from tests.support.warehouse.plain import assert_exact
from tests.support.warehouse.populated import ACCOUNT, INVALID, PRIVILEGES, assert_kept, contents

pytestmark = pytest.mark.integration

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
ORDERS = 30
BY_HAND = "GRANT SELECT ON analytics.daily_sales, analytics.hourly_sales TO pg_monitor"
"""Not in grants.sql."""
OF_AN_ANALYST: tuple[LiteralString, ...] = (
    "CREATE SCHEMA reports",
    "CREATE VIEW reports.days AS SELECT day, total_revenue FROM analytics.daily_sales",
    "CREATE VIEW reports.paid AS SELECT method, amount FROM analytics.payment_mix",
)
TRIGGERS: LiteralString = """
SELECT tgrelid::regclass::text, tgname, tgfoid::regproc::text, tgenabled FROM pg_trigger
WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'analytics.%' ORDER BY 1, 2
"""
FAILED: LiteralString = """
INSERT INTO analytics.data_quality_results (rule, dimension, severity, owner, window_since, window_until, checked,
    failed, status, sample)
VALUES (%s, 'integrity', 'critical', 'data-engineering', 'epoch', '2024-06-01', 1, 1, 'failed', '[{"tip": 9}]')
"""
CURRENCIES = "0026_currencies.py"
EMPTIED: LiteralString = "SELECT closed_before = '-infinity' FROM analytics.rollup_watermark"


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(None, id="the version before"),
        pytest.param(CURRENCIES, id="the version without currencies in its rollups"),
        pytest.param("0018_event_types.py", id="the first version, whose core was no package"),
    ],
)
def test_rows_and_grants_stay(
    bootstrapped: Any, warehouse: Any, books_in: Any, tmp_path: Path, before: str | None
) -> None:
    url = bootstrapped.url("restaurant_user")
    EarlierVersion(tmp_path, before).migrate(url)
    with bootstrapped.connect("restaurant_user", autocommit=True) as owner:
        books = books_in(owner)
        orders = populate(books)
        owner.execute(ACCOUNT)
        refresh(bootstrapped.url("airflow_user"), NOON + timedelta(days=ORDERS))
        # Changed after they were summed: the rollups of then know it by their invalidations alone.
        books.payment(orders[0], subtotal=5, tax="0.65", tip=1, total="6.65")
        books.status(orders[1], "cancelled", NOON + timedelta(minutes=1))
        owner.execute(BY_HAND)
        for statement in OF_AN_ANALYST:
            owner.execute(statement)
        old = contents(owner)

        sql.migrate(url)

        assert sql.status(url).current
        core = owner.execute("SELECT version_num FROM raw_data.sse_ingest_version").fetchall()
        assert core == [(init_db.head(),)]
        assert_kept(owner, old)
        # This migration changes what the rollups hold: they are empty until the next refresh.
        has_old_rollups = not (tmp_path / VERSIONS / CURRENCIES).exists()
        assert owner.execute(EMPTIED).fetchall() == [(has_old_rollups,)]
        assert owner.execute(INVALID).fetchall() == []
        assert_exact(owner)
        assert (
            owner.execute("SELECT sum(total_revenue) FROM reports.days").fetchall()
            == owner.execute("SELECT sum(total_revenue) FROM analytics.daily_sales").fetchall()
        )
        assert_as_new(owner, warehouse)
        # The triggers of this version go on where those of the version before ended.
        books.payment(orders[2], subtotal=5, tax="0.65", tip=1, total="6.65")
        books.item(orders[3], price="2.00")
        assert_exact(owner)
        refresh(bootstrapped.url("airflow_user"), NOON + timedelta(days=ORDERS))
        assert_exact(owner)


def test_a_failure_that_was_open_goes_on_blocking_until_its_rule_has_run(
    bootstrapped: Any, books_in: Any, tmp_path: Path
) -> None:
    """The version before did not know what a failure concerns. Its results stay as they are."""
    url, writer = bootstrapped.url("restaurant_user"), bootstrapped.url("airflow_user")
    EarlierVersion(tmp_path).migrate(url)
    rule = next(one for one in load() if one.name == "orders_follow_their_events")
    with bootstrapped.connect("restaurant_user", autocommit=True) as owner:
        populate(books_in(owner))
        owner.execute("UPDATE analytics.orders SET tip = 9 WHERE order_ts = %s", [NOON])
        owner.execute(FAILED, [rule.name])
        sql.migrate(url)
        results = "SELECT rule, status, failed, sample FROM analytics.data_quality_results"
        assert owner.execute(results).fetchall() == [(rule.name, "failed", 1, [{"tip": 9}])]
        with pytest.raises(errors.ObjectNotInPrerequisiteState):
            refresh(writer, NOON + timedelta(days=ORDERS))

        tuple(run(writer, [rule]))
        blocking = "SELECT location_code, business_date FROM analytics.data_quality_blocking"
        assert owner.execute(blocking).fetchall() == [("LOC-ON-001", NOON.date())]
        refresh(writer, NOON + timedelta(days=ORDERS))
        published = "SELECT min(business_date) FROM analytics.rollup_sales_days"
        assert owner.execute(published).fetchone() == (NOON.date() + timedelta(days=1),)
        assert_exact(owner)


def populate(books: Any) -> list[Any]:
    orders = []
    for number in range(ORDERS):
        order = books.order(
            NOON + timedelta(days=number), status="completed", subtotal=10, tax="1.30", tip=0, total="11.30"
        )
        books.item(order, price="10.00")
        books.feedback(5, number % 11)
        orders.append(order)
    return orders


def assert_as_new(owner: psycopg.Connection[Any], warehouse: Any) -> None:
    """Privileges and triggers are those of a new warehouse, and beside them is what people granted."""
    held = "SELECT has_table_privilege('pg_monitor', %s, 'SELECT')"
    for view in ("analytics.daily_sales", "analytics.hourly_sales"):
        assert owner.execute(held, [view]).fetchone() == (True,)
    owner.execute("REVOKE ALL ON analytics.daily_sales, analytics.hourly_sales FROM pg_monitor")
    with warehouse.connect("restaurant_user") as new:
        assert owner.execute(TRIGGERS).fetchall() == new.execute(TRIGGERS).fetchall()
        assert sorted(owner.execute(PRIVILEGES)) == sorted(new.execute(PRIVILEGES))
