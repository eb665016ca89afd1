"""Everybody can use the page: by keyboard, with a screen reader, on a small and on a large screen."""

from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.support.dashboard.browser import Visit
from tests.support.dashboard.catalogue import DASHBOARDS

SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")


@pytest.mark.parametrize("width", [400, 1440])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_has_nothing_serious_to_say(
    visit: Callable[..., Visit], scheme: Literal["light", "dark"], width: int
) -> None:
    page = visit(None, width=width, color_scheme=scheme)
    serious = []
    for dashboard in DASHBOARDS:
        page.open(f"/?dashboard={dashboard}")
        page.page.locator(".card button[aria-expanded]").first.click()
        page.page.locator(".card details.actions > summary").first.click()
        report = Axe().run(page.page)
        serious += [
            f"{dashboard}: {violation['id']}: {violation['nodes'][0]['html']}"
            for violation in report.response["violations"]
            if violation["impact"] in ("serious", "critical")
        ]
    assert serious == []


@pytest.mark.parametrize("width", [400, 800, 1440, 2560, 3840])
def test_rows_have_no_holes_and_nothing_is_cut_off(visit: Callable[..., Visit], width: int) -> None:
    page = visit(None, width=width)
    for dashboard in DASHBOARDS:
        page.open(f"/?dashboard={dashboard}")
        boxes = page.page.evaluate(
            """() => [...document.querySelectorAll("#cards .card")].map((card) => {
              const { left, right, top, bottom } = card.getBoundingClientRect();
              return [left, right, top, bottom].map(Math.round);
            })"""
        )
        grid = page.page.evaluate("document.querySelector('#cards').getBoundingClientRect().right")
        for top in {box[2] for box in boxes}:
            row = [box for box in boxes if box[2] == top]
            assert max(box[1] for box in row) == round(grid), (dashboard, row)
            assert len({box[3] for box in row}) == 1, (dashboard, row)
        assert page.page.evaluate("document.documentElement.scrollWidth") <= width, dashboard


def test_everything_can_be_reached_by_keyboard(visit: Callable[..., Visit]) -> None:
    page = visit()
    wanted = page.page.evaluate(
        """() => [...document.querySelectorAll("a, button, summary, select, input, [tabindex='0']")]
          .filter((node) => node.checkVisibility() && !node.disabled)
          .filter((node) => node.type !== "radio" || node.checked).length"""
    )
    page.page.evaluate("() => { window.reached = new Set(); }")
    for _ in range(wanted + 5):
        page.page.keyboard.press("Tab")
        page.page.evaluate("() => { window.reached.add(document.activeElement); }")
    assert page.page.evaluate("[...window.reached].filter((node) => node !== document.body).length") >= wanted


def test_a_menu_opens_and_closes_by_keyboard(visit: Callable[..., Visit]) -> None:
    page = visit()
    summary = page.page.locator("[data-filter=service] > summary")
    summary.press("Enter")
    expect(page.page.get_by_label("Takeout")).to_be_visible()
    page.page.keyboard.press("Tab")
    page.page.keyboard.press("Space")
    page.wait_for_request("service=dine_in")
    page.page.keyboard.press("Escape")
    expect(page.page.get_by_label("Takeout")).to_be_hidden()
    expect(summary).to_be_focused()


def test_a_description_is_behind_a_button(visit: Callable[..., Visit]) -> None:
    page = visit()
    button = page.page.get_by_role("button", name="What Orders counts", exact=True)
    expect(button).to_have_attribute("aria-expanded", "false")
    button.press("Enter")
    expect(page.card("orders").get_by_text("Cancelled orders are left out.")).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")


def test_the_first_stop_leads_to_the_figures(visit: Callable[..., Visit]) -> None:
    page = visit()
    page.page.keyboard.press("Tab")
    page.page.keyboard.press("Enter")
    expect(page.page.locator("#cards")).to_be_focused()
