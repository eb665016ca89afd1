"""Every card answers as analytics_reader with each of its filters present and absent, alone and together."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from local.cards.definition import Card, load
from local.dashboard.warehouse import Answer, Reader
from tests.support.metabase.chosen_filters import chosen, combinations_of

CARDS = load()
CASES = [(name, names) for name, card in CARDS.items() for names in combinations_of(card)]
pytestmark = pytest.mark.integration


@pytest.fixture
def reader(warehouse: Any, fill: Callable[[], None]) -> Reader:
    fill()
    return Reader(warehouse.url("analytics_reader"))


def answer(reader: Reader, card: Card, *names: str) -> Answer:
    return reader.read(replace(card, name=f"{card.name} {names}", template=chosen(card, *names)))


def column(result: Answer, name: str) -> list[Any]:
    place = [column["name"] for column in result.columns].index(name)
    return [row[place] for row in result.rows]


def test_cards_have_filters_and_columns_have_formats(reader: Reader) -> None:
    assert {name for card in CARDS.values() for name in card.filters} == {
        *("day", "restaurant", "service", "currency"),
    }
    for card in CARDS.values():
        assert set(card.formats) <= {column["name"] for column in answer(reader, card).columns}, card.name


@pytest.mark.long
def test_every_combination_of_filters_answers_with_the_same_columns(reader: Reader) -> None:
    for name, names in CASES:
        result = answer(reader, CARDS[name], *names)
        assert result.columns == reader.read(CARDS[name]).columns, (name, names)


def test_a_restaurant_is_the_only_one(reader: Reader) -> None:
    assert set(column(answer(reader, CARDS["restaurants"]), "location_code")) == {"LOC-ON-001", "LOC-ON-002"}
    assert column(answer(reader, CARDS["restaurants"], "restaurant"), "location_code") == ["LOC-ON-001"]


def test_a_service_is_left_out(reader: Reader) -> None:
    services = set(column(answer(reader, CARDS["orders_by_hour"]), "service_type"))
    assert services == {"dine_in", "takeout", "delivery"}
    services = set(column(answer(reader, CARDS["orders_by_hour"], "service"), "service_type"))
    assert services == {"dine_in", "takeout"}


def test_chosen_days_replace_the_default_time_span(warehouse: Any, reader: Reader) -> None:
    with warehouse.connect("restaurant_user") as owner:
        owner.execute(
            "INSERT INTO analytics.orders (order_id, service_type, order_ts, location_code, status, created_at,"
            " updated_at, event_ts, event_id) VALUES (gen_random_uuid(), 'dine_in', '2023-05-05 12:00Z',"
            " 'LOC-ON-001', 'completed', now(), now(), now(), gen_random_uuid())"
        )
    day = {"day": "{column} = date '2023-05-05'"}
    card = CARDS["sales_by_day"]
    assert "2023-05-05" not in column(reader.read(card), "day")
    old = reader.read(replace(card, name="old", template=chosen(card, "day", values=day)))
    assert column(old, "day") == ["2023-05-05"]
