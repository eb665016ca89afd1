"""Charts: each kind is drawn, updated in place, read by keyboard, and saved as a picture."""

import struct
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect

from tests.support.dashboard.browser import Visit
from tests.support.dashboard.catalogue import CARDS
from tests.support.dashboard.server import TAKEN_AT, ContractServer

KINDS = {"bar": "sales", "line": "sales", "row": "menu", "scatter": "menu", "heatmap": "sales"}


@pytest.mark.parametrize(("kind", "dashboard"), KINDS.items())
def test_every_kind_is_drawn(visit: Callable[..., Visit], kind: str, dashboard: str) -> None:
    page = visit(f"/?dashboard={dashboard}")
    drawing = page.page.locator(f".card.{kind} .plot svg").first
    expect(drawing).to_be_visible()
    assert drawing.locator("path").count() > 5


def test_amounts_of_different_currencies_have_axes_of_their_own(visit: Callable[..., Visit]) -> None:
    labels = visit().card("daily_sales").locator("svg text").all_text_contents()
    assert {label[0] for label in labels if label.endswith("0") and not label[0].isdigit()} >= {"$", "€"}
    assert any(label.startswith("JP¥") for label in labels)


def test_one_currency_leaves_no_axis_of_another(visit: Callable[..., Visit]) -> None:
    page = visit()
    labels = page.card("daily_sales").locator("svg text")
    expect(labels.filter(has_text="JP¥").first).to_be_visible()
    page.page.locator("[data-filter=currency] > summary").click()
    page.page.get_by_label("EUR").check()
    expect(labels.filter(has_text="JP¥")).to_have_count(0)
    expect(labels.filter(has_text="Nov 3")).to_have_count(2)  # and Nov 30


def test_the_keyboard_reads_points_and_zooms(visit: Callable[..., Visit]) -> None:
    card = (page := visit()).card("daily_orders")
    plot, reading = card.locator(".plot"), card.locator("[aria-live]")
    plot.focus()
    page.page.keyboard.press("ArrowRight")
    expect(reading).to_have_text(
        "Tue, Nov 3, 2026: Dine in 141, before 137; Takeout 194, before 190; Delivery 175, before 153"
    )
    expect(page.page.locator(".tip")).to_contain_text("Takeout")
    page.page.keyboard.press("End")
    page.page.keyboard.press("ArrowRight")
    expect(reading).to_contain_text("Wed, Nov 4, 2026")
    whole = plot.locator("svg text").all_text_contents()
    page.page.keyboard.press("+")
    page.wait(lambda: plot.locator("svg text").all_text_contents() != whole, "the zoom to change the axis")


def test_a_legend_hides_a_series(visit: Callable[..., Visit]) -> None:
    card = visit().card("daily_sales")
    expect(card.locator("svg path[stroke-dasharray]")).to_have_count(3)
    card.get_by_role("button", name="JPY").click()
    expect(card.get_by_role("button", name="JPY")).to_have_attribute("aria-pressed", "false")
    expect(card.locator("svg path[stroke-dasharray]")).to_have_count(2)
    for name in ("EUR", "CAD"):  # the last one stays
        card.get_by_role("button", name=name).click()
    expect(card.get_by_role("button", name="CAD")).to_have_attribute("aria-pressed", "true")


def test_new_figures_change_what_is_there_and_nothing_else(
    visit: Callable[..., Visit], server: ContractServer
) -> None:
    page = visit()
    page.page.evaluate(
        """() => {
          const watch = (name, selector) => {
            const body = document.querySelector(`#card-${name} .body`);
            body.querySelector(selector).marked = true;
            new MutationObserver((changes) => { window.changes = (window.changes || []).concat(name); })
              .observe(body, { subtree: true, childList: true, characterData: true });
          };
          watch("orders", ".figure");
          watch("restaurants", "tbody tr");
          watch("daily_orders", "svg");
        }"""
    )
    columns = [{"name": "orders", "kind": "number"}]
    server.send(
        "card", {"name": "orders", "columns": columns, "rows": [[4321]], "taken_at": TAKEN_AT, "before": None}
    )
    expect(page.card("orders").locator(".figure")).to_have_text("4,321")
    assert page.page.evaluate("document.querySelector('#card-orders .figure').marked")
    assert set(page.page.evaluate("window.changes")) == {"orders"}


def test_the_same_figures_change_nothing(visit: Callable[..., Visit], server: ContractServer) -> None:
    page = visit()
    page.page.evaluate(
        """async () => {
          // A chart is painted with the next frame.
          for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
          window.changes = 0;
          new MutationObserver(() => { window.changes += 1; })
            .observe(document.querySelector("#cards"), { subtree: true, childList: true, characterData: true });
        }"""
    )
    query = page.newest_request()
    card = page.page.evaluate(
        "(query) => fetch('/api/cards/daily_orders?' + query).then((r) => r.json())", query
    )
    server.send("card", {"name": "daily_orders", **card})
    server.send("tick", {"taken_at": "2026-11-30T21:14:10Z"})
    expect(page.page.locator("#moment")).to_have_text("As of 9:14:10 p.m. UTC")
    assert page.page.evaluate("window.changes") == 0


@pytest.mark.parametrize(
    "card",
    [card["name"] for card in CARDS if card["name"] in ("daily_sales", "hours", "engineering", "top_items")],
)
def test_a_chart_is_saved_as_a_picture(visit: Callable[..., Visit], card: str) -> None:
    page = visit("/?dashboard=menu" if card in ("engineering", "top_items") else "/?dashboard=sales")
    title = page.card(card).locator("h2").inner_text()
    with page.page.expect_download() as svg:
        page.choose(card, "Download SVG")
    picture = ElementTree.fromstring(Path(svg.value.path()).read_text())
    texts = ["".join(node.itertext()) for node in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert title in texts
    assert any("Nov 3, 2026 – Nov 30, 2026" in text for text in texts)
    with page.page.expect_download() as png:
        page.choose(card, "Download PNG")
    assert png.value.suggested_filename == f"{card}_2026-11-03_2026-11-30.png"
    content = Path(png.value.path()).read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">I", content[16:20]) == (2400,)
    assert len(content) > 20_000
