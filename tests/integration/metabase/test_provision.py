"""A new Metabase has everything after one run, and a second run changes nothing."""

import copy
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest

from local.cards.definition import FOLDER, load
from local.dashboard.app import create_app
from local.dashboard.warehouse import Reader
from local.metabase.provision import provision
from local.metabase.settings import Target
from tests.support.metabase.state import State
from tests.support.servers.asgi import get

CARDS = load()
NEW = """-- title: Refunds
-- chart: bar
-- unit: money
-- x: day
-- y: refunds
-- restaurant: analytics.daily_sales.location_code
-- description: What was given back, by business day.
SELECT day, coalesce(sum(total_refunds), 0) AS refunds
FROM analytics.daily_sales
WHERE true
    [[AND {{restaurant}}]]
GROUP BY day;
"""


def snapshot(state: State) -> dict[str, Any]:
    names = ("users", "groups", "members", "databases", "collections", "cards", "dashboards")
    return copy.deepcopy(
        {name: getattr(state, name) for name in (*names, "data_rights", "collection_rights")}
    )


def by_name(things: dict[int, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in things.values() if not one["archived"]}


def test_one_run_makes_everything(state: State, target: Target) -> None:
    report = provision(target, CARDS)

    cards = by_name(state.cards)
    assert set(cards) == {card.title for card in CARDS.values()}
    assert set(by_name(state.dashboards)) == {"Today", "Sales", "Menu", "Money", "Guests", "Operations"}
    shown = [one["card_id"] for dashboard in state.dashboards.values() for one in dashboard["dashcards"]]
    assert sorted(shown) == sorted(state.cards)
    for name, address in report.addresses.items():
        assert address == f"{target.url}/dashboard/{by_name(state.dashboards)[name]['id']}#refresh=60"
    assert len({card["entity_id"] for card in cards.values()}) == len(cards)


def test_cards_have_their_sql_chart_formats_and_filters(state: State, target: Target) -> None:
    provision(target, CARDS)

    hours = by_name(state.cards)["Orders by hour"]
    stage = hours["dataset_query"]["stages"][0]
    assert stage["native"] == CARDS["orders_by_hour"].template.rstrip(";")
    assert list(stage["template-tags"]) == ["day", "restaurant", "service"]
    assert stage["template-tags"]["day"]["dimension"] == [
        "field",
        {},
        state.field_ids()["analytics.hourly_sales.hour"],
    ]
    drawn = hours["visualization_settings"]
    assert (drawn["graph.dimensions"], drawn["graph.metrics"]) == (["hour", "service_type"], ["orders"])
    columns = by_name(state.cards)["Sales by restaurant"]["visualization_settings"]["column_settings"]
    assert columns['["name","revenue"]'] == {"number_style": "currency", "currency": "CAD", "decimals": 2}


def test_charts_that_metabase_does_not_have_are_drawn_by_what_it_has(state: State, target: Target) -> None:
    provision(target, CARDS)
    cards = by_name(state.cards)

    today = cards["Net sales today"]
    comparison = today["visualization_settings"]["scalar.comparisons"]
    assert today["display"] == "smartscalar"
    assert [(one["type"], one["column"], one["label"]) for one in comparison] == [
        ("anotherColumn", "net_sales_last_week", "last week")
    ]
    hours = cards["Busiest hours of the week"]
    drawn = hours["visualization_settings"]
    assert hours["display"] == "table"
    assert (drawn["table.pivot_column"], drawn["table.cell_column"]) == ("hour_of_day", "orders_per_day")
    assert drawn["table.column_formatting"][0]["type"] == "range"
    matrix = cards["Menu engineering"]
    assert matrix["display"] == "scatter"
    assert matrix["visualization_settings"]["graph.dimensions"] == ["popularity_share", "quadrant"]
    assert cards["State of the warehouse"]["display"] == "table"
    days = cards["Sales by day"]["visualization_settings"]
    assert (days["graph.dimensions"], days["graph.metrics"]) == (["day", "currency"], ["net_sales"])


def test_dashboards_have_tabs_and_filters_on_every_card_that_has_them(state: State, target: Target) -> None:
    provision(target, CARDS)

    sales = by_name(state.dashboards)["Sales"]
    assert [tab["name"] for tab in sales["tabs"]] == ["Time", "Breakdown"]
    assert [one["id"] for one in sales["parameters"]] == ["day", "restaurant", "service", "currency"]
    titles = {card["id"]: card["name"] for card in state.cards.values()}
    mapped = {titles[one["card_id"]]: one["parameter_mappings"] for one in sales["dashcards"]}
    assert [one["parameter_id"] for one in mapped["Sales by restaurant"]] == ["day", "restaurant", "currency"]
    assert mapped["Premium orders by city"] == []
    for dashboard in state.dashboards.values():
        filters = {one["id"] for one in dashboard["parameters"]}
        used = {one["parameter_id"] for card in dashboard["dashcards"] for one in card["parameter_mappings"]}
        assert filters == used


def squares_by_tab(dashboard: dict[str, Any]) -> dict[int | None, list[tuple[int, int]]]:
    """The squares of the grid that the cards of each tab cover."""
    squares: dict[int | None, list[tuple[int, int]]] = {}
    for one in dashboard["dashcards"]:
        squares.setdefault(one["dashboard_tab_id"], []).extend(
            (one["row"] + down, one["col"] + across)
            for down in range(one["size_y"])
            for across in range(one["size_x"])
        )
    return squares


def test_cards_stand_in_their_order_without_holes_or_overlaps(state: State, target: Target) -> None:
    provision(target, CARDS)
    titles = {card["id"]: card["name"] for card in state.cards.values()}
    for dashboard in state.dashboards.values():
        for squares in squares_by_tab(dashboard).values():
            assert len(squares) == len(set(squares))
            assert set(squares) == {(row, col) for row in range(max(squares)[0] + 1) for col in range(24)}
    today = [titles[one["card_id"]] for one in by_name(state.dashboards)["Today"]["dashcards"]]
    assert today == [card.title for card in CARDS.values() if card.dashboard == "today"]


def test_a_card_without_a_tab_is_on_the_first_one_and_covers_no_other(state: State, target: Target) -> None:
    provision(target, CARDS | {"dayparts": replace(CARDS["dayparts"], tab=None)})
    sales = by_name(state.dashboards)["Sales"]
    first = sales["tabs"][0]["id"]
    titles = {card["id"]: card["name"] for card in state.cards.values()}
    tabs = {titles[one["card_id"]]: one["dashboard_tab_id"] for one in sales["dashcards"]}
    assert tabs["Sales by daypart"] == tabs["Sales by day"] == first
    for squares in squares_by_tab(sales).values():
        assert len(squares) == len(set(squares))


def test_a_second_run_changes_nothing(state: State, target: Target) -> None:
    provision(target, CARDS)
    before = snapshot(state)
    state.requests.clear()

    report = provision(target, CARDS)

    assert state.requests == []
    assert (report.changes, report.edits) == ([], [])
    state.users[next(iter(state.users))]["last_login"] = before["users"][next(iter(state.users))][
        "last_login"
    ]
    assert snapshot(state) == before


@pytest.mark.parametrize("requests", range(22))
def test_a_run_that_was_interrupted_is_finished_by_the_next(
    state: State, target: Target, requests: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {name: CARDS[name] for name in ("restaurants", "rating", "recommendation")}
    real = httpx.Client.request

    def broken(client: httpx.Client, method: str, path: str, **options: Any) -> httpx.Response:
        if method != "GET" and len(state.requests) == requests:
            raise KeyboardInterrupt
        return real(client, method, path, **options)

    with monkeypatch.context() as patched:
        patched.setattr(httpx.Client, "request", broken)
        with pytest.raises(KeyboardInterrupt):
            provision(target, few)

    assert provision(target, few).edits == []
    assert provision(target, few).changes == []
    assert set(by_name(state.cards)) == {card.title for card in few.values()}
    assert set(by_name(state.dashboards)) == {"Sales", "Guests"}


def test_one_more_file_is_one_more_card_on_the_local_page_and_in_metabase(
    state: State, target: Target, tmp_path: Path
) -> None:
    provision(target, load(copytree(FOLDER, tmp_path / "dashboards")))
    ids = {card["entity_id"]: card["id"] for card in state.cards.values()}
    places = {one["card_id"]: one["id"] for one in by_name(state.dashboards)["Sales"]["dashcards"]}
    (tmp_path / "dashboards" / "sales" / "26_refunds.sql").write_text(NEW, encoding="utf-8")

    cards = load(tmp_path / "dashboards")
    report = provision(target, cards)

    page = create_app(Reader("postgresql://analytics_reader:x@127.0.0.1:1/none"), cards)
    assert get(page, "/api/cards/refunds").status_code == 503
    assert report.changes == ["Made the card Refunds.", "Changed the dashboard Sales."]
    refunds = by_name(state.cards)["Refunds"]
    shown = {one["card_id"]: one for one in by_name(state.dashboards)["Sales"]["dashcards"]}
    assert shown[refunds["id"]]["parameter_mappings"][0]["parameter_id"] == "restaurant"
    assert {card["entity_id"]: card["id"] for card in state.cards.values()} == ids | {
        refunds["entity_id"]: refunds["id"]
    }
    assert {card: shown[card]["id"] for card in places} == places


def test_a_card_that_changed_keeps_its_id_and_its_place(state: State, target: Target) -> None:
    provision(target, CARDS)
    before = by_name(state.cards)["Sales by day"]["id"]
    dashboards = copy.deepcopy(state.dashboards)
    changed = replace(CARDS["sales_by_day"], title="Takings by day", chart="bar")

    report = provision(target, CARDS | {"sales_by_day": changed})

    assert report.changes == ["Changed the card Takings by day."]
    assert (state.cards[before]["name"], state.cards[before]["display"]) == ("Takings by day", "bar")
    assert state.dashboards == dashboards


def test_what_is_no_longer_defined_is_archived_and_comes_back_with_its_id(
    state: State, target: Target
) -> None:
    provision(target, CARDS)
    guests = [name for name, card in CARDS.items() if card.dashboard == "guests"]
    fewer = {name: card for name, card in CARDS.items() if name not in (*guests, "premium")}
    state.cards[7] = by_name(state.cards)["Cash-up"] | {
        "id": 7,
        "name": "Somebody's own",
        "entity_id": "x" * 21,
        "visualization_settings": {},
    }

    report = provision(target, fewer)

    archived = {card["name"] for card in state.cards.values() if card["archived"]}
    assert archived == {CARDS[name].title for name in (*guests, "premium")}
    assert "Guests" not in by_name(state.dashboards)
    assert "Somebody's own" in by_name(state.cards)
    assert len(report.changes) == len(guests) + 3
    assert provision(target, fewer).changes == []
    ids = {card["entity_id"]: card["id"] for card in state.cards.values()}
    provision(target, CARDS)
    assert {card["entity_id"]: card["id"] for card in state.cards.values()} == ids
    assert {card.title for card in CARDS.values()} <= set(by_name(state.cards))
    assert "Guests" in by_name(state.dashboards)
