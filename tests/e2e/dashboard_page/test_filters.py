"""What is chosen is in the address, and what is asked follows it."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.support.dashboard.browser import Visit

LINK = (
    "/?dashboard=sales&period=custom&from=2026-11-10&to=2026-11-16&restaurant=LOC-DE-001&restaurant=LOC-DE-002"
    "&service=takeout&compare=year"
)


def test_the_default_is_28_business_days_beside_the_period_before(visit: Callable[..., Visit]) -> None:
    page = visit("/")
    page.page.get_by_role("link", name="Sales").click()
    page.wait_for_request("dashboard=sales", "from=2026-11-03", "to=2026-11-30", "compare=previous")
    assert page.address() == [("dashboard", "sales")]


def test_a_filter_changes_the_address_and_the_request(visit: Callable[..., Visit]) -> None:
    page = visit()
    page.page.get_by_label("7 days").check()
    page.wait_for_request("from=2026-11-24", "to=2026-11-30")
    page.page.locator("[data-filter=restaurant] > summary").click()
    page.page.get_by_label("Harbour Grill").check()
    page.page.get_by_label("Kissa Hoshi").check()
    page.wait_for_request("restaurant=LOC-ON-001", "restaurant=LOC-JP-001", "from=2026-11-24")
    assert page.address() == [
        ("dashboard", "sales"),
        ("period", "7"),
        ("restaurant", "LOC-ON-001"),
        ("restaurant", "LOC-JP-001"),
    ]
    expect(page.page.locator("[data-filter=restaurant] > summary")).to_have_text("2 of 9 restaurants")
    expect(page.card("restaurants").locator("tbody tr")).to_have_count(2)


def test_the_back_button_undoes_a_filter(visit: Callable[..., Visit]) -> None:
    page = visit()
    page.page.get_by_label("Yesterday").check()
    page.wait_for_request("from=2026-11-29", "to=2026-11-29")
    page.page.go_back()
    page.wait_for_request("from=2026-11-03", "to=2026-11-30")
    expect(page.page.get_by_label("28 days")).to_be_checked()


def test_days_of_ones_own(visit: Callable[..., Visit]) -> None:
    page = visit()
    page.page.get_by_label("Custom").check()
    page.page.get_by_label("From").fill("2026-11-20")
    page.page.get_by_label("to", exact=True).fill("2026-11-22")
    page.wait_for_request("from=2026-11-20", "to=2026-11-22")
    assert ("period", "custom") in page.address()
    expect(page.card("orders").locator(".change")).to_contain_text("against the 3 days before")


def test_a_shared_link_opens_the_same(visit: Callable[..., Visit]) -> None:
    first, second = visit(LINK), visit(LINK)
    expect(second.page.get_by_label("Custom")).to_be_checked()
    expect(second.page.get_by_label("From")).to_have_value("2026-11-10")
    expect(second.page.locator("[data-filter=service] > summary")).to_have_text("Takeout")
    expect(second.page.get_by_label("Compare with")).to_have_value("year")
    assert first.page.locator("#cards").inner_text() == second.page.locator("#cards").inner_text()
    second.wait_for_request("from=2026-11-10", "restaurant=LOC-DE-002", "service=takeout", "compare=year")


def test_what_the_address_names_and_does_not_exist_is_left_out(visit: Callable[..., Visit]) -> None:
    page = visit("/?dashboard=nonsense&period=custom&from=2026-13-01&restaurant=GONE&service=takeout")
    page.wait_for_request("dashboard=today", "service=takeout")
    assert "GONE" not in page.newest_request()


def test_a_control_that_no_card_uses_is_not_there(visit: Callable[..., Visit]) -> None:
    page = visit("/?dashboard=today&period=7")
    expect(page.page.locator(".period")).to_be_hidden()
    expect(page.page.get_by_label("Compare with")).to_be_hidden()
    expect(page.page.locator("[data-filter=restaurant]")).to_be_visible()
    assert not re.search("from=|compare=", page.newest_request())
    page.page.get_by_role("link", name="Health").click()
    expect(page.page.locator("#filters")).to_be_hidden()
    page.page.get_by_role("link", name="Guests").click()
    expect(page.page.get_by_label("7 days")).to_be_checked()


def test_a_dashboard_has_a_heading_for_each_tab(visit: Callable[..., Visit]) -> None:
    page = visit("/?dashboard=guests")
    assert page.page.locator("#cards > h2").all_inner_texts() == ["Ratings", "Service"]
    page.page.get_by_role("link", name="Menu").click()
    expect(page.page.locator("#cards > h2")).to_have_count(0)


def test_filters_can_be_reset(visit: Callable[..., Visit]) -> None:
    page = visit(LINK)
    page.page.get_by_role("button", name="Reset filters").click()
    page.wait_for_request("from=2026-11-03", "to=2026-11-30", "compare=previous")
    assert page.address() == [("dashboard", "sales")]
    expect(page.page.get_by_role("button", name="Reset filters")).to_be_hidden()
