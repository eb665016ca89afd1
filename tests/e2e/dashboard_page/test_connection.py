"""One connection for the whole page: closed while nobody looks, opened again by itself."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.support.dashboard.browser import Visit
from tests.support.dashboard.server import ContractServer


def test_a_page_has_one_connection(visit: Callable[..., Visit], server: ContractServer) -> None:
    page = visit()
    assert server.streams == 1
    page.page.get_by_label("7 days").check()
    page.wait_for_request("from=2026-11-24")
    page.ready()
    page.wait(lambda: server.streams == 1, "one connection")


def test_a_hidden_page_closes_its_connection(visit: Callable[..., Visit], server: ContractServer) -> None:
    page = visit()
    page.hide(hidden=True)
    page.wait(lambda: server.streams == 0, "no connection while the page is hidden")
    page.hide(hidden=False)
    page.wait(lambda: server.streams == 1, "a connection once the page is visible")


def test_a_page_can_be_paused(visit: Callable[..., Visit], server: ContractServer) -> None:
    page = visit()
    page.page.get_by_role("button", name="Pause").click()
    page.wait(lambda: server.streams == 0, "no connection while the page is paused")
    page.page.get_by_role("button", name="Pause").click()
    page.wait(lambda: server.streams == 1, "a connection afterwards")


def test_a_broken_connection_is_opened_again(visit: Callable[..., Visit], server: ContractServer) -> None:
    page = visit()
    number = len(server.requests)
    server.hang_up()
    page.wait(
        lambda: any("/api/updates" in request for request in server.requests[number:]), "another request"
    )
    page.wait(lambda: server.streams == 1, "one connection")
    expect(page.page.locator("#trouble")).to_be_hidden()


def test_a_changed_catalogue_is_loaded(visit: Callable[..., Visit], server: ContractServer) -> None:
    page = visit()
    number = server.requests.count("/api/page")
    server.today = "2026-12-01"
    server.send("page", {})
    page.wait(lambda: server.requests.count("/api/page") == number + 1, "the catalogue to be asked for again")
    page.wait_for_request("from=2026-11-04", "to=2026-12-01")
