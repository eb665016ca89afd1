"""Tables: restaurants by name, money by currency, sorting, totals, and CSV."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.support.dashboard.browser import Visit
from tests.support.dashboard.server import ContractServer


def column(card: Locator, place: int) -> list[str]:
    return card.locator(f"tbody td:nth-child({place})").all_inner_texts()


def test_a_restaurant_has_its_name_and_money_its_currency(visit: Callable[..., Visit]) -> None:
    card = visit().card("restaurants")
    assert column(card, 1)[:2] == ["Harbour Grill", "Maple & Main"]
    assert "LOC-QC-002" in column(card, 1)  # it has no name
    money = column(card, 3)
    assert {"unknown"} < set(money)
    assert [text[0] for text in money if text.startswith(("$", "€", "J"))] == [*"$$$$€€JJ"]


def test_money_follows_the_browser_locale(visit: Callable[..., Visit]) -> None:
    card = visit(locale="de-DE").card("restaurants")
    assert column(card, 4)[5].replace("\xa0", " ") == "19,90 €"


def test_a_table_sorts_and_keeps_the_unknown_last(visit: Callable[..., Visit]) -> None:
    card = visit("/?dashboard=menu").card("items")
    heading = card.get_by_role("columnheader", name="Revenue")
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    largest = column(card, 3)
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    assert column(card, 3)[:-1] == largest[-2::-1]
    assert largest[-1] == column(card, 3)[-1] == "unknown"


def test_totals_are_exact_and_per_currency(visit: Callable[..., Visit], server: ContractServer) -> None:
    moment = "2026-11-30T21:00:00Z"
    server.rows["restaurants"] = [
        ["LOC-ON-001", 2, "0.10", "1", "2", "CAD", moment],
        ["LOC-ON-002", 3, "90071992547409.93", "1", "2", "CAD", moment],
        ["LOC-QC-001", 4, "-0.01", "1", "2", "CAD", moment],
        ["LOC-DE-001", 5, None, "1", "2", "EUR", moment],
    ]
    rows = visit().card("restaurants").locator("tfoot tr")
    expect(rows).to_have_count(2)
    assert rows.nth(0).locator("th, td").all_inner_texts() == [
        "Total", "9", "$90,071,992,547,410.02", "", "", "CAD", ""
    ]  # fmt: skip
    assert rows.nth(1).locator("th, td").all_inner_texts() == [
        "Total of what is known", "5", "unknown", "", "", "EUR", ""
    ]  # fmt: skip


def test_a_name_from_outside_is_text(visit: Callable[..., Visit]) -> None:
    page = visit("/?dashboard=menu")
    expect(page.card("items").get_by_text("<b>Bowl</b>")).to_be_visible()
    expect(page.page.locator("#cards td b")).to_have_count(0)


def test_csv_has_exact_values_in_the_order_that_is_shown(visit: Callable[..., Visit]) -> None:
    page = visit("/?dashboard=menu")
    page.card("items").get_by_role("button", name="Item name").click()
    with page.page.expect_download() as download:
        page.choose("items", "Download CSV")
    assert download.value.suggested_filename == "items_2026-11-03_2026-11-30.csv"
    text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["item_name", "sold", "revenue", "currency"]
    items = {row[0]: row[1:] for row in rows[1:]}
    assert items["Poutine"][1] == ""  # unknown is empty, not zero
    assert items["Smash burger"] == ["8697", "125222.02", "CAD"]
    assert "'=1+1" in items  # no formula for a spreadsheet
    assert len(rows) == 9
    assert text.endswith("\r\n")


def test_a_chart_can_be_a_table_and_a_file(visit: Callable[..., Visit]) -> None:
    page = visit()
    page.choose("daily_orders", "Show as table")
    expect(page.card("daily_orders").locator("tbody tr")).to_have_count(84)
    page.choose("daily_orders", "Show as chart")
    expect(page.card("daily_orders").locator("svg[width]")).to_be_visible()


def test_a_shadow_shows_that_there_is_more(visit: Callable[..., Visit]) -> None:
    page = visit(width=400)
    rows = page.card("restaurants").locator(".rows")
    expect(rows).to_contain_class("more-right")
    rows.locator(".scroll").evaluate("(node) => { node.scrollLeft = node.scrollWidth; }")
    expect(rows).to_contain_class("more-left")
    expect(rows).not_to_contain_class("more-right")
