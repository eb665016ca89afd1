"""What a newcomer asks after the first start, and finds on the page: in light, in dark and on a narrow screen."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, expect

from local.cards.definition import load
from local.dashboard.app import create_app
from local.dashboard.warehouse import Reader
from tests.support.dashboard import weeks
from tests.support.dashboard.browser import Visit
from tests.support.dashboard.server import ContractServer
from tests.support.servers.in_thread import serving
from tests.support.waiting import eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 400, "height": 800}, "color_scheme": "light"},
}
YESTERDAY = "WHERE day = analytics.newest_business_date() - 1"


@pytest.fixture(scope="module")
def trade(fresh_warehouse: Callable[[], Any]) -> Iterator[Any]:
    with fresh_warehouse() as warehouse:
        weeks.fill(warehouse)
        yield warehouse


@pytest.fixture(scope="module", params=LOOKS)
def visit(request: pytest.FixtureRequest, browser: Browser, trade: Any) -> Iterator[Visit]:
    with serving(create_app(Reader(trade.url("analytics_reader")), load())) as url:
        context = browser.new_context(locale="en-CA", **LOOKS[request.param])
        one = Visit(context, ContractServer(url))
        yield one.open("/")
        problems = one.problems()
        context.close()
    assert problems == []


@pytest.fixture
def reader(trade: Any) -> Iterator[psycopg.Connection[Any]]:
    with trade.connect("analytics_reader") as connection:
        yield connection


def go_to(visit: Visit, dashboard: str) -> None:
    visit.page.get_by_role("link", name=dashboard, exact=True).click()
    visit.page.wait_for_function("(name) => document.title.startsWith(name)", arg=dashboard)
    visit.ready()


def value(reader: psycopg.Connection[Any], query: str) -> Any:
    row = reader.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def test_the_weeks_before_and_today_are_there_at_first_look(visit: Visit, reader: Any) -> None:
    figure, query = (
        visit.card("orders_today").locator(".figure"),
        "SELECT sum(orders) FROM analytics.sales_today",
    )
    # An order for later may become due between two looks.
    eventually(
        lambda: figure.inner_text() == f"{value(reader, query):,}", "the page shows the orders of today"
    )
    expect(visit.card("orders_today").locator(".change")).to_contain_text("against last week")
    go_to(visit, "Sales")
    visit.choose("sales_by_day", "Show as table")
    assert visit.card("sales_by_day").locator("tbody tr").count() >= weeks.DAYS


def test_how_much_was_sold_yesterday_and_how_that_compares(visit: Visit, reader: Any) -> None:
    sold = value(reader, f"SELECT sum(net_sales) FROM analytics.daily_sales {YESTERDAY}")
    before = value(reader, f"SELECT sum(net_sales) FROM analytics.daily_sales {YESTERDAY} - 1")
    go_to(visit, "Sales")
    visit.page.get_by_label("Yesterday").check()
    card = visit.card("net_sales")
    expect(card.locator(".figure")).to_have_text(f"${sold:,.2f}")
    expect(card.locator(".change")).to_contain_text("against the day before")
    expect(card.locator(".change")).to_have_attribute("title", f"Before: ${before:,.2f}")


def test_how_a_week_compares_with_the_week_before(visit: Visit, reader: Any) -> None:
    span = "WHERE day > analytics.newest_business_date() - 7 AND day <= analytics.newest_business_date()"
    sold = value(reader, f"SELECT sum(net_sales) FROM analytics.daily_sales {span}")
    go_to(visit, "Sales")
    visit.page.get_by_label("7 days", exact=True).check()
    card = visit.card("net_sales")
    expect(card.locator(".figure")).to_have_text(f"${sold:,.2f}")
    expect(card.locator(".change")).to_contain_text("against the 7 days before")


def test_in_which_restaurant(visit: Visit, reader: Any) -> None:
    best = value(
        reader,
        "SELECT max(l.name) FROM analytics.daily_sales AS s JOIN analytics.locations AS l USING (location_code)"
        f" {YESTERDAY} GROUP BY location_code ORDER BY sum(net_sales) DESC LIMIT 1",
    )
    go_to(visit, "Sales")
    visit.page.get_by_label("Yesterday").check()
    heading = visit.card("restaurants").get_by_role("columnheader", name="Net sales")
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    expect(visit.card("restaurants").locator("tbody tr").first.locator("td").first).to_have_text(best)


def test_what_was_sold(visit: Visit, reader: Any) -> None:
    best = value(
        reader,
        "SELECT i.item_name FROM analytics.order_facts AS f JOIN analytics.order_lines AS i USING (order_id)"
        f" {YESTERDAY.replace('day', 'f.business_date', 1)} AND f.status <> 'cancelled' AND NOT i.is_voided"
        " AND NOT i.is_gift_card GROUP BY i.item_name ORDER BY sum(i.qty) DESC, i.item_name LIMIT 1",
    )
    go_to(visit, "Menu")
    visit.page.get_by_label("Yesterday").check()
    visit.choose("items_sold", "Show as table")
    expect(visit.card("items_sold").locator("tbody tr").first.locator("td").first).to_have_text(best)


def test_whether_the_cash_agrees(visit: Visit, reader: Any) -> None:
    differing = value(reader, "SELECT count(*) FROM analytics.cash_up WHERE differing_orders > 0")
    go_to(visit, "Money")
    card = visit.card("cash_up")
    if differing:
        assert card.locator("tbody tr").count() > 0
    else:
        expect(card.locator(".empty")).to_be_visible()


def test_whether_the_data_are_complete(visit: Visit, reader: Any) -> None:
    states = reader.execute("SELECT status FROM analytics.health_check()").fetchall()
    go_to(visit, "Operations")
    assert visit.card("health").locator("tbody tr, li").count() >= len(states) - 1
    rows = visit.card("completeness").locator("tbody tr")
    assert rows.count() == value(reader, "SELECT count(*) FROM analytics.completeness()")
