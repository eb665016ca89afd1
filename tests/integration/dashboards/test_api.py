"""The page's JSON from the real warehouse: what there is to choose from, filters, comparisons, and what changes."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from local.cards.choice import Choice
from local.cards.definition import load
from local.dashboard.app import create_app
from local.dashboard.query import Question, ask
from local.dashboard.updates import STATUS, updates
from local.dashboard.warehouse import Reader
from tests.support.servers.asgi import get

CARDS = load()
pytestmark = pytest.mark.integration


@pytest.fixture
def app(warehouse: Any, fill: Callable[[], None]) -> FastAPI:
    fill()
    return create_app(Reader(warehouse.url("analytics_reader")), CARDS)


def test_what_there_is_to_choose_from(app: FastAPI) -> None:
    page = get(app, "/api/page").json()
    assert {one["code"] for one in page["restaurants"]} >= {"LOC-ON-001", "LOC-ON-002"}
    assert set(page["services"]) >= {"dine_in", "takeout"}
    assert {"code": "CAD", "decimals": 2} in page["currencies"]
    assert page["since"] < page["today"]
    named = [name for dashboard in page["dashboards"] for name in dashboard["cards"]]
    assert sorted(named) == sorted(page["cards"])


def test_an_empty_warehouse_has_a_page(warehouse: Any) -> None:
    page = get(create_app(Reader(warehouse.url("analytics_reader")), CARDS), "/api/page").json()
    assert (page["restaurants"], page["services"], page["currencies"]) == ([], [], [])
    assert (page["since"], page["today"]) == (None, None)
    assert page["cards"].keys() == CARDS.keys()


@pytest.mark.parametrize(
    "code", ["LOC-ON-001", "'; DROP TABLE analytics.orders; --", "%(first_day)s", "{{day}}"]
)
def test_a_restaurant_is_a_value_and_never_sql(app: FastAPI, code: str) -> None:
    answer = get(app, f"/api/cards/restaurants?restaurant={code}").json()
    place = [column["name"] for column in answer["columns"]].index("location_code")
    assert {row[place] for row in answer["rows"]} == ({code} if code == "LOC-ON-001" else set())
    assert get(app, "/api/cards/restaurants").json()["rows"]


def test_a_comparison_has_the_days_before(warehouse: Any, app: FastAPI) -> None:
    """All of today's orders were of yesterday: compared with the day before, each of them is there again."""
    reader = Reader(warehouse.url("analytics_reader"))
    with warehouse.connect("analytics_reader") as connection:
        (today,) = connection.execute("SELECT max(day) FROM analytics.daily_sales").fetchone()
    card = CARDS["sales_by_day"]
    tomorrow = today + timedelta(days=1)
    compared = ask(reader, card, Question(Choice((tomorrow, tomorrow)), "previous"))
    assert compared["before"] == {
        "rows": ask(reader, card, Question(Choice((today, today))))["rows"],
        "from": today.isoformat(),
        "to": today.isoformat(),
    }
    assert compared["before"]["rows"]
    assert ask(reader, CARDS["health"], Question(Choice((today, today)), "previous"))["before"] is None


async def _events(stream: AsyncIterator[Any], number: int) -> list[tuple[str, Any]]:
    """The next events of the stream, up to this number of ticks."""
    events = []
    async for event in stream:
        events.append((event.event, json.loads(event.data)))
        if [name for name, _ in events].count("tick") == number:
            break
    return events


def test_at_first_all_cards_then_only_what_has_changed(warehouse: Any, fill: Callable[[], None]) -> None:
    fill()
    names = ["sales_by_day", "live_orders"]

    async def watch() -> list[list[tuple[str, Any]]]:
        reader = Reader(warehouse.url("analytics_reader"))
        async with aclosing(updates(reader, CARDS, names, Question(Choice()), seconds=0)) as stream:
            first, quiet = await _events(stream, 1), await _events(stream, 1)
            with warehouse.connect("restaurant_user", autocommit=True) as owner:
                owner.execute("UPDATE analytics.orders SET status = 'ready'")
            changed: list[tuple[str, Any]] = []
            while not any(name == "card" for name, _ in changed):  # until the answers that are kept are old
                changed = await _events(stream, 1)
            return [first, quiet, changed]

    first, quiet, changed = asyncio.run(watch())
    assert [data["name"] for event, data in first if event == "card"] == names
    assert quiet == [("tick", {})]
    assert "live_orders" in [data["name"] for event, data in changed if event == "card"]


def test_the_status_is_in_the_head_and_a_card_where_the_dashboard_has_it(
    warehouse: Any, fill: Callable[[], None]
) -> None:
    fill()

    async def watch(names: list[str]) -> list[str]:
        reader = Reader(warehouse.url("analytics_reader"))
        async with aclosing(updates(reader, CARDS, names, Question(Choice()), seconds=0)) as stream:
            return [event for event, data in await _events(stream, 1) if data.get("name") == STATUS]

    assert asyncio.run(watch([STATUS])) == ["status", "card"]
    assert asyncio.run(watch(["live_orders"])) == ["status"]


def test_a_card_that_fails_is_one_failure_and_comes_back(warehouse: Any, fill: Callable[[], None]) -> None:
    fill()
    reader = Reader("postgresql://analytics_reader:x@127.0.0.1:1/none")

    async def watch() -> list[tuple[str, Any]]:
        async with aclosing(updates(reader, CARDS, ["live_orders"], Question(Choice()), seconds=0)) as stream:
            events = await _events(stream, 2)
            reader._url = warehouse.url("analytics_reader")
            return events + await _events(stream, 1)

    events = [
        (event, data.get("status"))
        for event, data in asyncio.run(watch())
        if data.get("name") == "live_orders"
    ]
    assert events == [("failure", 503), ("card", None)]
