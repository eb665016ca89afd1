"""Cards, and what else asks all the time, read what changed and not the year: they go through no table."""

from datetime import timedelta
from typing import Any

import pytest

from local.cards import definition as cards
from local.dashboard import catalogue
from restaurant_warehouse.rollups import refresh
from tests.support.metabase.chosen_filters import chosen
from tests.support.warehouse.reads import Meter

pytestmark = pytest.mark.integration
Year = Any  # the fixture's class; conftest files cannot be imported from
LOADED = cards.load()
CARDS = {name: card.sql for name, card in LOADED.items()}
CHOSEN = {
    "day": "{column} >= date '2025-03-01' AND {column} < date '2025-03-08'",
    "restaurant": "{column} = 'LOC-ON-001'",
    "service": "{column} = 'dine_in'",
    "currency": "{column} = 'CAD'",
}
FILTERED = {name: chosen(card, *card.filters, values=CHOSEN) for name, card in LOADED.items() if card.filters}
VIEWS = {
    name: f"SELECT * FROM analytics.{name}"
    for name in ("daily_sales", "hourly_sales", "menu_performance", "satisfaction_summary")
} | {"days_of_the_page": catalogue.DAYS}
ORDER = "md5('order20000')::uuid"
FUNCTIONS = {
    name: f"SELECT * FROM analytics.{name}"
    for name in (
        "health_check()",
        "get_latest_offset()",
        "completeness()",
        f"calculate_order_metrics({ORDER})",
    )
}


@pytest.fixture(scope="module", autouse=True)
def _late(year: Year) -> None:
    """Some hours of the year have changed since they were summed."""
    year.owner.execute(
        "UPDATE analytics.orders SET tip = tip + 1, total = total + 1 WHERE order_id = " + ORDER
    )
    year.owner.execute(
        "UPDATE analytics.order_items SET qty = 2 WHERE order_item_id = md5('item20000')::uuid"
    )
    year.owner.execute(
        "UPDATE analytics.feedback SET rating = 1 WHERE feedback_id = md5('feedback20000')::uuid"
    )
    stale = year.owner.execute(
        "SELECT DISTINCT rollup FROM analytics.rollup_invalidations ORDER BY 1"
    ).fetchall()
    assert stale == [("feedback",), ("menu",), ("sales",)]


@pytest.mark.parametrize("name", [*CARDS, *VIEWS, *FUNCTIONS])
def test_no_table_is_gone_through(year: Year, name: str) -> None:
    assert year.reads_of_query((CARDS | VIEWS | FUNCTIONS)[name]).whole == {}


@pytest.mark.parametrize("name", FILTERED)
def test_with_filters_no_table_is_gone_through_either(year: Year, name: str) -> None:
    assert year.reads_of_query(FILTERED[name]).whole == {}
    assert year.reads_of_query(FILTERED[name]).hours == {}


@pytest.mark.parametrize("name", CARDS)
def test_a_card_reads_the_hours_that_it_shows(year: Year, name: str) -> None:
    assert year.reads_of_query(CARDS[name]).hours == {}


def test_a_card_that_names_one_end_reads_all_hours(year: Year) -> None:
    """Which is why each names both."""
    both = "    AND hour <= (SELECT analytics.newest_moment())"
    assert both in CARDS["orders_by_hour"]
    one = CARDS["orders_by_hour"].replace(both, "")
    assert year.reads_of_query(one).hours["rollup_sales_hours"] > 5_000


@pytest.mark.parametrize(
    ("index", "query"),
    [
        ("analytics.orders_business_ts", CARDS["orders_by_hour"]),
        ("analytics.refunds_order_id", VIEWS["daily_sales"]),
        ("analytics.order_items_event_ts", VIEWS["menu_performance"]),
        ("analytics.feedback_created_ts", VIEWS["satisfaction_summary"]),
        ("analytics.order_items_order_id", FUNCTIONS[f"calculate_order_metrics({ORDER})"]),
        ("analytics.payments_order_id", FUNCTIONS[f"calculate_order_metrics({ORDER})"]),
    ],
)
def test_without_its_index_it_would_be(year: Year, index: str, query: str) -> None:
    table = next(
        name for name in ("order_items", "orders", "refunds", "feedback", "payments") if f".{name}_" in index
    )
    with year.without(index):
        assert year.reads_of_query(query).whole.get(table, 0) >= 50_000


def test_an_event_is_looked_for_in_its_month_alone(year: Year) -> None:
    """And without its time in all of them: the meter does notice."""
    arrived = f"SELECT analytics.order_arrived_at({ORDER})"
    assert year.reads_of_query(arrived, "restaurant_user").months == {"2024_11"}
    anywhere = "SELECT * FROM raw_data.events_raw WHERE event_id = md5('created20000')::uuid"
    assert len(year.reads_of_query(anywhere, "restaurant_user").months) > 12


@pytest.mark.parametrize("column", ["ts", "ingested_at"])
def test_what_came_in_an_hour_is_found_by_a_brin(year: Year, column: str) -> None:
    hour = (
        f"SELECT count(*) FROM raw_data.events_raw WHERE {column} >= '2025-08-05T10:00:00Z'"
        f" AND {column} < '2025-08-05T11:00:00Z'"
    )
    reads = year.reads_of_query(hour, "restaurant_user")
    assert "events_raw_2025_08" in reads.looked - reads.whole.keys()
    assert column == "ingested_at" or reads.months == {"2025_08"}
    with year.without(f"raw_data.events_raw_{column}_brin"):
        assert year.reads_of_query(hour, "restaurant_user").whole["events_raw_2025_08"] == 50_000


def test_a_refresh_reads_what_changed(year: Year) -> None:
    """An hour more, and the hours that are stale."""
    (mark,) = year.owner.execute("SELECT closed_before FROM analytics.rollup_watermark").fetchone()
    meter = Meter(year.owner)
    refresh(year.warehouse.url("airflow_user"), mark + timedelta(hours=1))
    year.owner.execute("SELECT pg_sleep(0.2)")  # its session has ended and reported what it read
    assert meter.reads().whole == {}
