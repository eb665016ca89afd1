"""The page keeps to its own server and to its policy. The fixture `visit` looks at this after every test."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.support.dashboard.browser import Visit
from tests.support.dashboard.catalogue import DASHBOARDS


def test_nothing_is_refused_and_nothing_leaves_the_machine(visit: Callable[..., Visit]) -> None:
    page = visit(None)
    for dashboard in DASHBOARDS:
        page.open(f"/?dashboard={dashboard}")
        for plot in page.page.locator(".plot").all():
            plot.hover()
            plot.press("ArrowRight")
            expect(page.page.locator(".tip").last).to_be_visible()
    assert page.problems() == []


def test_what_the_policy_refuses_is_noticed(visit: Callable[..., Visit]) -> None:
    """Or else the test above would see nothing."""
    page = visit()
    page.page.evaluate("document.body.innerHTML += '<p style=\"color: red\">x</p>'")
    page.wait(lambda: bool(page.page.evaluate("window.refusals.length")), "the refusal to be recorded")
    assert any("style-src" in problem for problem in page.problems())
    page.page.evaluate("() => { window.refusals = []; }")
    page.errors.clear()
