"""Months of real orders through replay, the service and ingestion: the views say what a plain script says of the file.

Nobody has given us a whole year: the longest real history has five months and a half. A year is made of it by writing
it twice, the second time shifted, into a file of the test's own.
"""

import csv
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local.cards.definition import load
from local.code_path import python_path
from restaurant_warehouse.contract import CONTRACT
from restaurant_warehouse.rollups import refresh
from sse_ingest.pipeline.run import run
from sse_ingest.settings import Settings
from tests.support.histories.real_orders import real_orders
from tests.support.history_totals import Totals, rows, totals
from tests.support.service import ROOT, TOKEN, EventService
from tests.support.warehouse.plain import assert_exact

NET_SALES = Decimal("34500.16")
YEAR = timedelta(days=365)
pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

DAYS = "SELECT to_char(day, 'YYYY-MM-DD'), order_count FROM analytics.daily_sales ORDER BY day"
ITEMS = """
SELECT item_name, times_ordered, total_quantity_sold FROM analytics.menu_performance ORDER BY item_name COLLATE "C"
"""
ORDERS = "SELECT count(*) FROM analytics.orders"
CORRECTIONS = """
SELECT (SELECT count(*) FROM analytics.rollup_diff_sales()) + (SELECT count(*) FROM analytics.rollup_diff_menu())
"""


def a_year(real: Path, file: Path) -> Path:
    """Twice the real history, the second time so much later that its last day is a year after the first."""
    with real.open(encoding="utf-8", newline="") as source:
        lines = list(csv.DictReader(source))
    days = [date.fromisoformat(line["Date"]) for line in lines]
    shift = YEAR - (max(days) - min(days))
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
        for line, day in zip(lines, days, strict=True):
            writer.writerow(
                {**line, "Date": str(day + shift), "Transaction": f"{line['Transaction']} shifted"}
            )
    return file


def replayed(service: EventService, file: Path) -> None:
    command = [sys.executable, "-m", "local", "replay", str(file), "--url", service.url]
    env = {**os.environ, "PYTHONPATH": python_path(ROOT), "EVENT_PUBLISH_TOKEN": TOKEN}
    result = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


@pytest.fixture
def ingested(service: EventService, warehouse: Any) -> Callable[[Path], None]:
    """Replays a file, and ingests all that the service has."""

    def ingest(file: Path) -> None:
        replayed(service, file)
        url = warehouse.url("airflow_user")
        result = run(
            Settings(
                contract=CONTRACT, stream="restaurant", source_url=service.url, database_url=url, mode="poll"
            )
        )
        assert (result.reason, result.rejected, result.gaps) == ("caught_up", 0, 0)

    return ingest


def assert_says_the_same(reader: psycopg.Connection[Any], file: Totals) -> None:
    assert reader.execute(ORDERS).fetchall() == [(len(file.orders),)]
    assert reader.execute(DAYS.encode()).fetchall() == list(rows(file, "days"))
    assert reader.execute(ITEMS.encode()).fetchall() == list(rows(file, "items"))


def check(warehouse: Any, file: Totals) -> None:
    """From the tables, from the rollups, and from both with a boundary in between."""
    last = datetime.fromisoformat(max(file.days)).replace(tzinfo=UTC)
    first = datetime.fromisoformat(min(file.days)).replace(tzinfo=UTC)
    with (
        warehouse.connect("analytics_reader", autocommit=True) as reader,
        warehouse.connect("restaurant_user", autocommit=True) as owner,
    ):
        assert_says_the_same(reader, file)
        for upto in (first + (last - first) / 2, last + timedelta(days=2)):
            refresh(warehouse.url("airflow_user"), upto)
            assert_says_the_same(reader, file)
            assert_exact(owner)
        assert reader.execute(CORRECTIONS.encode()).fetchall() == [(0,)], "all of it comes from the rollups"


@pytest.mark.long
@pytest.mark.shared
def test_the_longest_real_history(warehouse: Any, ingested: Callable[[Path], None]) -> None:
    real = real_orders("breadbasket.csv")
    file = totals(real)
    assert (len(file.orders), sum(file.lines.values()), len(file.days)) == (9531, 21293, 159)
    ingested(real)
    check(warehouse, file)
    ingested(real)  # once more adds nothing, and leaves nothing to correct
    check(warehouse, file)


@pytest.mark.shared
@pytest.mark.long
def test_a_year_made_of_it(warehouse: Any, ingested: Callable[[Path], None], tmp_path: Path) -> None:
    real = real_orders("breadbasket.csv")
    year = a_year(real, tmp_path / "year.csv")
    file = totals(year)
    assert date.fromisoformat(max(file.days)) - date.fromisoformat(min(file.days)) == YEAR
    assert (len(file.orders), sum(file.lines.values())) == (2 * 9531, 2 * 21293)
    ingested(year)
    check(warehouse, file)


@pytest.mark.shared
def test_a_history_without_dates_and_with_quantities(
    warehouse: Any, ingested: Callable[[Path], None]
) -> None:
    real = real_orders("chipotle.tsv")
    file = totals(real, order="order_id", item="item_name")
    ingested(real)
    with warehouse.connect("analytics_reader") as reader:
        assert reader.execute(ITEMS.encode()).fetchall() == list(rows(file, "items"))


@pytest.mark.shared
def test_a_priced_history_has_its_net_sales_everywhere(
    warehouse: Any, ingested: Callable[[Path], None]
) -> None:
    """Without a single payment: from the tables, and from the rollups."""
    ingested(real_orders("chipotle.tsv"))
    cards = load()
    with warehouse.connect("analytics_reader", autocommit=True) as reader:
        for upto in (None, datetime.now(UTC) + timedelta(days=1)):
            if upto:
                refresh(warehouse.url("airflow_user"), upto)
            for view in ("daily_sales", "hourly_sales", "menu_performance", "store_performance", "bills"):
                query = f"SELECT sum(net_sales) FROM analytics.{view}".encode()
                assert reader.execute(query).fetchall() == [(NET_SALES,)], view
            for card in ("sales_by_day", "restaurants", "categories"):
                card_query = cards[card].sql.strip().rstrip(";")
                query = f"SELECT sum(net_sales) FROM ({card_query}) AS card".encode()
                assert reader.execute(query).fetchall() == [(NET_SALES,)], card


def test_the_plain_script_by_hand(tmp_path: Path) -> None:
    """An order that goes on after midnight belongs to the day on which it began."""
    file = tmp_path / "orders.csv"
    file.write_text(
        'Date,Transaction,Item,quantity\n2020-01-01,1,Tea,2\n2020-01-02,1,"Cake, dry",1\n2020-01-02,2,Tea,0.5\n'
    )
    script = [sys.executable, str(ROOT / "tests" / "support" / "history_totals.py")]

    def output(what: str) -> str:
        return subprocess.run([*script, what, str(file)], capture_output=True, text=True, check=True).stdout

    assert output("days") == "2020-01-01,1\n2020-01-02,1\n"
    assert output("items") == '"Cake, dry",1,1\nTea,2,2.5\n'
