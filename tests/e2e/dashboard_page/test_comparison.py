"""Every figure and every chart stands beside the period before."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.dashboard.browser import Visit
from tests.support.dashboard.server import ContractServer


def test_a_figure_says_how_it_has_changed(visit: Callable[..., Visit]) -> None:
    page = visit()
    expect(page.card("net_sales").locator(".figure")).to_have_text("$222,431.39")
    expect(page.card("net_sales").locator(".change")).to_have_text("-2.2%against the 28 days before")
    expect(page.card("orders").locator(".change b.up")).to_have_text("+2.6%")


def test_percentages_differ_by_points(visit: Callable[..., Visit]) -> None:
    page = visit()
    expect(page.card("discount_share").locator(".change")).to_contain_text("points")


def test_a_card_may_name_what_it_is_compared_with(visit: Callable[..., Visit]) -> None:
    page = visit("/?dashboard=today")
    expect(page.card("net_sales_today").locator(".change")).to_contain_text("against last week")
    expect(page.card("guests_today").locator(".figure")).to_have_text("unknown")


@pytest.mark.parametrize(("value", "reason"), [(None, "unknown before"), ("0", "0 before")])
def test_where_nothing_can_be_compared_a_reason_stands(
    visit: Callable[..., Visit], server: ContractServer, value: str | None, reason: str
) -> None:
    server.rows["orders_today"] = [[501, value, 12]]
    page = visit("/?dashboard=today")
    expect(page.card("orders_today").locator(".change")).to_have_text(f"nothing to compare with: {reason}")


def test_days_without_data_are_not_compared_with(visit: Callable[..., Visit], server: ContractServer) -> None:
    server.since = "2026-01-04"
    page = visit("/?dashboard=sales&period=custom&from=2026-01-11&to=2026-01-17")
    expect(page.card("orders").locator(".change b")).to_be_visible()
    page = visit("/?dashboard=sales&period=custom&from=2026-01-10&to=2026-01-17")
    expect(page.card("orders").locator(".change")).to_have_text(
        re.compile("nothing to compare with: the data begin on .*2026")
    )


def test_lines_are_dashed_and_bars_faded(visit: Callable[..., Visit]) -> None:
    page = visit()
    expect(page.card("daily_sales").locator("svg path[stroke-dasharray]")).to_have_count(3)
    expect(page.card("daily_orders").locator("svg path[fill-opacity='0.32']").first).to_be_visible()
    expect(page.card("daily_orders").locator(".notes")).to_have_text("Faded: the 28 days before")


def test_without_a_comparison_nothing_is_beside_the_figures(visit: Callable[..., Visit]) -> None:
    page = visit()
    page.page.get_by_label("Compare with").select_option("none")
    expect(page.card("orders").locator(".change")).to_be_hidden()
    expect(page.card("daily_sales").locator("svg path[stroke-dasharray]")).to_have_count(0)
    assert ("compare", "none") in page.address()
    assert "compare" not in page.newest_request()


def test_a_year_before(visit: Callable[..., Visit]) -> None:
    page = visit("/?dashboard=sales&compare=year")
    expect(page.card("orders").locator(".change")).to_contain_text("against a year before")
    page.card("daily_orders").locator(".plot").focus()
    page.page.keyboard.press("ArrowRight")
    expect(page.card("daily_orders").locator("[aria-live]")).to_contain_text("before")
