"""What somebody edited in Metabase is reported, and stays unless --force is given."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from local.cards.definition import load
from local.metabase.provision import provision
from local.metabase.settings import Target
from tests.support.metabase.state import State

CARDS = {
    name: card
    for name, card in load().items()
    if name in ("sales_by_day", "peak_hours", "restaurants", "premium")
}
CARD = "Sales by day"


def named(things: dict[int, dict[str, Any]], name: str) -> dict[str, Any]:
    return next(one for one in things.values() if one["name"] == name)


def rename(card: dict[str, Any]) -> None:
    card["description"] = "Mine."


def redraw(card: dict[str, Any]) -> None:
    card["display"] = "area"


def rewrite(card: dict[str, Any]) -> None:
    stage = card["dataset_query"]["stages"][0]
    card["dataset_query"] = card["dataset_query"] | {"stages": [stage | {"native": "SELECT 1 AS day"}]}


def restyle(card: dict[str, Any]) -> None:
    """A client that keeps no settings that it does not know."""
    card["visualization_settings"] = {"graph.dimensions": ["day"], "graph.metrics": ["orders"]}


def archive(card: dict[str, Any]) -> None:
    card["archived"] = True


@pytest.mark.parametrize("edit", [rename, redraw, rewrite, restyle, archive])
def test_an_edited_card_is_reported_and_stays(
    state: State, target: Target, edit: Callable[[dict[str, Any]], None]
) -> None:
    provision(target, CARDS)
    card = named(state.cards, CARD)
    edit(card)
    edited = dict(card)
    state.requests.clear()
    changed = CARDS | {"sales_by_day": replace(CARDS["sales_by_day"], unit="count", formats={})}

    for cards in (CARDS, changed):
        report = provision(target, cards)
        assert report.edits == [
            f"The card {CARD} was edited in Metabase and stays as it is: --force overwrites it."
        ]
        assert (card, state.requests) == (edited, [])

    forced = provision(replace(target, force=True), CARDS)
    assert forced.changes == [f"Changed the card {CARD}."]
    assert state.cards[card["id"]]["archived"] is False
    assert state.cards[card["id"]]["display"] == "line"
    assert provision(target, CARDS).lines()[0].startswith("Everything is as defined")


def test_an_edited_card_that_is_no_longer_defined_is_not_archived(state: State, target: Target) -> None:
    provision(target, CARDS)
    redraw(named(state.cards, "Premium orders by city"))
    fewer = {name: card for name, card in CARDS.items() if name != "premium"}

    report = provision(target, fewer)
    assert len(report.edits) == 1
    assert report.changes == ["Changed the dashboard Sales."]
    assert named(state.cards, "Premium orders by city")["archived"] is False

    provision(replace(target, force=True), fewer)
    assert named(state.cards, "Premium orders by city")["archived"] is True


def test_an_edited_dashboard_is_reported_and_stays(state: State, target: Target) -> None:
    provision(target, CARDS)
    sales = named(state.dashboards, "Sales")
    text = {**sales["dashcards"][0], "id": 5000, "card_id": None, "visualization_settings": {"text": "Mine"}}
    sales["dashcards"].append(text)

    report = provision(target, {name: card for name, card in CARDS.items() if name != "peak_hours"})
    assert report.edits == [
        "The dashboard Sales was edited in Metabase and stays as it is: --force overwrites it."
    ]
    assert text in named(state.dashboards, "Sales")["dashcards"]

    forced = provision(replace(target, force=True), CARDS)
    assert "Changed the dashboard Sales." in forced.changes
    assert text not in named(state.dashboards, "Sales")["dashcards"]


def test_a_dashboard_that_somebody_emptied_stays_empty(state: State, target: Target) -> None:
    provision(target, CARDS)
    named(state.dashboards, "Sales")["dashcards"] = []
    assert len(provision(target, CARDS).edits) == 1
    assert named(state.dashboards, "Sales")["dashcards"] == []
    assert provision(replace(target, force=True), CARDS).changes == ["Changed the dashboard Sales."]
    assert len(named(state.dashboards, "Sales")["dashcards"]) == len(CARDS)


def test_a_card_that_somebody_deleted_is_made_again(state: State, target: Target) -> None:
    provision(target, CARDS)
    gone = named(state.cards, CARD)
    del state.cards[gone["id"]]
    sales = named(state.dashboards, "Sales")
    sales["dashcards"] = [one for one in sales["dashcards"] if one["card_id"] != gone["id"]]

    report = provision(target, CARDS)

    assert report.changes == [f"Made the card {CARD}."]
    assert report.edits[0].startswith("The dashboard Sales was edited in Metabase")
    assert named(state.cards, CARD)["entity_id"] == gone["entity_id"]
