"""What is shown in the browser when a picture is taken: each dashboard of the local page, and Airflow."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import TimeoutError as TimedOut

from local.errors import StackError
from local.settings import Settings
from tests.screenshots.manifest import AIRFLOW_VIEWS, Theme
from tests.screenshots.png import compressed
from tests.support.dashboard.browser import HANGS_SECONDS, Visit
from tests.support.dashboard.server import ContractServer

FAILURE = "#cards .failure:not([hidden])"
WIDTH, HEIGHT = 1280, 720
DAGS_HEIGHT = 1100
"""Of the window in which all our DAGs are in the list."""


@contextmanager
def window(browser: Browser, theme: Theme) -> Iterator[BrowserContext]:
    """A new user of the browser, who prefers a theme."""
    context = browser.new_context(
        locale="en-CA",
        timezone_id="UTC",
        color_scheme=theme,
        reduced_motion="reduce",
        viewport={"width": WIDTH, "height": HEIGHT},
    )
    context.set_default_timeout(HANGS_SECONDS * 1000)
    try:
        yield context
    finally:
        context.close()


def picture_of_dashboard(context: BrowserContext, url: str, dashboard: str) -> bytes:
    """The whole page, once each card has its figures. Raises StackError when one gets none, or the page has an error.

    A card that took too long is asked again by the page.
    """
    visit = Visit(context, ContractServer(url)).open(f"/?dashboard={dashboard}")
    with suppress(TimedOut):
        visit.page.wait_for_function(f"() => !document.querySelector('{FAILURE}')")
    if problems := visit.page.locator(FAILURE).all_inner_texts() + visit.problems():
        raise StackError(f"The page of the dashboard {dashboard} is not in order: {'; '.join(problems)}")
    return _picture(visit.page, full_page=True)


def log_in(context: BrowserContext, settings: Settings) -> None:
    """To Airflow, as its users do."""
    page = context.new_page()
    page.goto(f"{settings.airflow_url}/auth/login/")
    page.fill("#username", "admin")
    page.fill("#password", settings.values["AIRFLOW_ADMIN_PASSWORD"])
    page.click("input[type=submit]")
    page.wait_for_selector("[data-testid=nav-dags-link], nav")
    page.close()


def picture_of_airflow(context: BrowserContext, url: str, view: str) -> bytes:
    """A view of Airflow, once it has its rows."""
    page = context.new_page()
    page.set_viewport_size({"width": WIDTH, "height": DAGS_HEIGHT})
    path, sign = AIRFLOW_VIEWS[view]
    page.goto(url + path)
    page.wait_for_selector(sign)
    page.wait_for_function("() => !document.querySelector('.chakra-skeleton, .chakra-progress')")
    return _picture(page)


def _picture(page: Page, *, full_page: bool = False) -> bytes:
    picture = compressed(page.screenshot(full_page=full_page, animations="disabled"))
    page.close()
    return picture
