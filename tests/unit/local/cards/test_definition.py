"""A card's header, and the cards that there are."""

from pathlib import Path

import pytest

from local.cards import definition
from local.cards.definition import CardError, load, parse

GOOD = """-- title: Orders by hour
-- chart: bar
-- unit: count
-- x: hour
-- y: orders, others
-- series: service_type
-- description: One sentence: with a colon,
--   and more of it.
SELECT 1 AS hour; -- title: not this
"""


def test_a_header_says_what_a_card_is() -> None:
    card = parse("20_orders_by_hour.sql", GOOD)
    assert card.name == "orders_by_hour"
    assert card.title == "Orders by hour"
    assert card.description == "One sentence: with a colon, and more of it."
    assert (card.chart, card.unit, card.x, card.y, card.series) == (
        "bar",
        "count",
        "hour",
        ("orders", "others"),
        "service_type",
    )
    assert card.sql == "SELECT 1 AS hour; -- title: not this"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("SELECT 1", "needs chart, description, title"),
        (GOOD.replace("chart: bar", "chart: pie"), "line 2: chart is one of scalar, bar"),
        (GOOD.replace("unit: count", "unit: euro"), "line 3: unit is one of count, money"),
        (GOOD.replace("-- x: hour\n", ""), "a bar needs x: write '-- x: …'"),
        (
            GOOD.replace("-- y:", "-- colour:").replace("chart: bar", "chart: scalar"),
            "line 5: 'colour' is unknown",
        ),
        (
            GOOD.replace("-- y: orders, others\n", "").replace("chart: bar", "chart: scalar"),
            "a scalar needs y",
        ),
        (GOOD.replace("unit: count", "compare: others"), "line 3: compare is a line of a scalar only"),
        (GOOD.replace("unit: count", "width: third"), "line 3: width is one of quarter, half, full"),
        (
            GOOD.replace("chart: bar", "chart: heatmap").replace("orders, others", "orders"),
            "line 5: y is two columns of a heatmap",
        ),
    ],
)
def test_a_header_that_is_wrong_names_the_file(text: str, says: str) -> None:
    with pytest.raises(CardError, match=says) as caught:
        parse("20_x.sql", text)
    assert "20_x.sql" in str(caught.value)


def test_every_card_of_ours_is_well_formed_and_named_once() -> None:
    by_name = load()
    assert len(by_name) == len(list(definition.FOLDER.rglob("*.sql"))) >= 10
    assert len({card.title for card in by_name.values()}) == len(by_name)
    dashboards = list(dict.fromkeys(card.dashboard for card in by_name.values()))
    assert dashboards == ["today", "sales", "menu", "money", "guests", "operations"]
    assert all(card.compare for card in by_name.values() if card.name.endswith("_today") and not card.x)
    assert {card.chart for card in by_name.values()} == set(definition.CHARTS)


def test_a_folder_without_cards_is_reported(tmp_path: Path) -> None:
    with pytest.raises(CardError, match="no cards"):
        load(tmp_path)
