"""A server of the page's contract, and a browser that reports what the page must never do."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.support.dashboard.browser import Visit
from tests.support.dashboard.chromium import CHROMIUM, headless_browser
from tests.support.dashboard.server import ContractServer, contract_server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for each module."""
    if not CHROMIUM.exists():
        pytest.skip("no browser: install the Debian package chromium")
    expect.set_options(timeout=120_000)
    with headless_browser() as browser:
        yield browser


@pytest.fixture
def server() -> Iterator[ContractServer]:
    with contract_server() as server:
        yield server


@pytest.fixture
def visit(browser: Browser, server: ContractServer) -> Iterator[Callable[..., Visit]]:
    """Opens the page in a browser of its own. Afterwards nothing may have been refused, thrown or asked elsewhere."""
    visits: list[Visit] = []

    def start(address: str | None = "/?dashboard=sales", width: int = 1440, **options: Any) -> Visit:
        options = {"locale": "en-CA", "viewport": {"width": width, "height": 900}} | options
        visits.append(Visit(browser.new_context(**options), server))
        return visits[-1].open(address) if address else visits[-1]

    yield start
    problems = [problem for visit in visits for problem in visit.problems()]
    for visit in visits:
        visit.context.close()
    assert problems == []
