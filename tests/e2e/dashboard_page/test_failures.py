"""What fails is reported in words where it fails, and goes away by itself."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.support.dashboard.browser import Visit
from tests.support.dashboard.server import DOWN, TAKEN_AT, ContractServer


def test_one_card_fails_and_the_others_go_on(visit: Callable[..., Visit], server: ContractServer) -> None:
    server.failing.add("daily_orders")
    page = visit()
    expect(page.card("daily_orders").locator(".failure")).to_have_text(
        "This took longer than 5 s and was stopped."
    )
    expect(page.card("orders").locator(".figure")).to_have_text("17,395")
    expect(page.page.locator("#trouble")).to_be_hidden()
    query = page.newest_request()
    card = page.page.evaluate(
        "(query) => fetch('/api/cards/daily_orders?' + query).then((r) => r.json())", query
    )
    server.send("card", {"name": "daily_orders", **card})
    expect(page.card("daily_orders").locator(".plot svg")).to_be_visible()
    expect(page.card("daily_orders").locator(".failure")).to_be_hidden()


def test_a_page_that_begins_without_a_database(visit: Callable[..., Visit], server: ContractServer) -> None:
    server.down = True
    page = visit(None)
    page.page.goto(server.url)
    expect(page.page.get_by_role("alert")).to_have_text(str(DOWN["detail"]))
    server.down = False
    page.ready()
    expect(page.page.get_by_role("alert")).to_be_hidden()


def test_last_figures_stay_while_the_database_is_down(
    visit: Callable[..., Visit], server: ContractServer
) -> None:
    page = visit()
    server.send("failure", {"name": "orders", **DOWN})
    expect(page.page.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(page.page.get_by_role("alert")).to_contain_text("goes on by itself")
    expect(page.card("orders").locator(".figure")).to_have_text("17,395")
    expect(page.card("net_sales")).to_contain_class("stale")
    columns = [{"name": "orders", "kind": "number"}]
    server.send(
        "card", {"name": "orders", "columns": columns, "rows": [[1]], "taken_at": TAKEN_AT, "before": None}
    )
    expect(page.page.get_by_role("alert")).to_be_hidden()
    expect(page.card("orders").locator(".figure")).to_have_text("1")


def test_an_empty_warehouse_says_so(visit: Callable[..., Visit], server: ContractServer) -> None:
    server.empty = True
    page = visit("/?dashboard=sales")
    expect(page.card("daily_orders").locator(".empty")).to_have_text("No order has arrived yet.")
    assert "from=" not in page.newest_request()


def test_an_empty_card_says_why(visit: Callable[..., Visit], server: ContractServer) -> None:
    server.rows["restaurants"] = []
    page = visit("/?dashboard=sales&service=takeout")
    expect(page.card("restaurants").locator(".empty")).to_have_text(
        "Nothing from Nov 3, 2026 to Nov 30, 2026, for the chosen services."
    )


def test_a_chart_of_unknown_values_says_so(visit: Callable[..., Visit]) -> None:
    page = visit("/?dashboard=guests")
    expect(page.card("mystery").locator(".empty")).to_contain_text("Every value is unknown here")
    page.choose("mystery", "Show as table")
    expect(page.card("mystery").locator("td.unknown")).to_have_count(28)


def test_the_line_of_checks_names_the_worst(visit: Callable[..., Visit]) -> None:
    page = visit()
    checks = page.page.locator("#checks")
    expect(checks.locator("summary")).to_have_text("Data quality and 1 more")
    checks.locator("summary").click()
    expect(checks.get_by_text("Payments do not add up")).to_be_visible()
