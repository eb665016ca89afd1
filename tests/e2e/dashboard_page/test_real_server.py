"""The page over the real server and the real warehouse: every card is drawn, and follows a filter."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from local.cards.definition import load
from local.dashboard import catalogue
from local.dashboard.app import create_app
from local.dashboard.warehouse import Reader
from tests.support.dashboard.browser import Visit
from tests.support.dashboard.server import ContractServer
from tests.support.servers.in_thread import serving
from tests.support.warehouse import restaurant

CARDS = load()
DASHBOARDS = [one["name"] for one in catalogue.dashboards(CARDS.values())]
pytestmark = pytest.mark.integration


@pytest.fixture
def visit(browser: Browser, warehouse: Any) -> Iterator[Callable[[str], Visit]]:
    with warehouse.connect("restaurant_user") as owner:
        restaurant.fill(owner)
    app = create_app(Reader(warehouse.url("analytics_reader")), CARDS)
    with serving(app) as url:
        context = browser.new_context(locale="en-CA")
        one = Visit(context, ContractServer(url))
        yield one.open
        problems = one.problems()
        context.close()
    assert problems == []


@pytest.mark.parametrize("dashboard", DASHBOARDS)
def test_every_card_is_drawn(visit: Callable[[str], Visit], dashboard: str) -> None:
    page = visit(f"/?dashboard={dashboard}").page
    assert page.locator("#cards .card").count() == len(
        [1 for card in CARDS.values() if card.dashboard == dashboard]
    )
    assert page.locator("#cards .failure:not([hidden])").all_inner_texts() == []
    assert page.locator("#checks summary").inner_text() != "Undefined"
    for table in page.locator("#cards table").all():
        headings = table.locator("thead th").all_inner_texts()
        assert len(set(headings)) == len(headings), headings


def test_a_restaurant_is_chosen_in_the_address(visit: Callable[[str], Visit]) -> None:
    one = visit(f"/?dashboard={CARDS['restaurants'].dashboard}&restaurant=LOC-ON-001")
    codes = one.card("restaurants").locator("tbody tr").all_inner_texts()
    assert codes
    assert all("LOC-ON-001" in row for row in codes)
