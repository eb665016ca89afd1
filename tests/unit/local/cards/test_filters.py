"""The optional conditions of a card: absent without a value, and each on the column that the header names."""

import re
from pathlib import Path

import pytest

from local.cards import filters
from local.cards.definition import CardError, load, parse

GOOD = """-- title: Orders
-- chart: table
-- formats: tips money, share percent
-- restaurant: analytics.daily_sales.location_code
-- day: analytics.daily_sales.day
-- description: One sentence.
SELECT 1
FROM analytics.daily_sales
WHERE (orders > 0 [[OR true) AND ({{day}}]])
    [[AND {{restaurant}}]];
"""


def test_a_card_has_its_sql_with_and_without_filters() -> None:
    card = parse("20_x.sql", GOOD, dashboard="sales")
    assert card.sql == "SELECT 1\nFROM analytics.daily_sales\nWHERE (orders > 0 )\n    ;"
    assert card.template.endswith("[[AND {{restaurant}}]];")
    assert list(card.filters.items()) == [
        ("day", "analytics.daily_sales.day"),
        ("restaurant", "analytics.daily_sales.location_code"),
    ]
    assert card.formats == {"tips": "money", "share": "percent"}
    assert card.dashboard == "sales"


def test_the_unit_is_the_format_of_what_is_drawn() -> None:
    text = GOOD.replace("chart: table", "chart: scalar\n-- y: a, b\n-- unit: money")
    assert parse("1_x.sql", text).formats == {"a": "money", "b": "money", "tips": "money", "share": "percent"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[[AND {{restaurant}}]]", "AND {{restaurant}}", r"restaurant must be optional: write \[\[AND"),
        ("{{day}}", "{{month}}", "there is no filter month: write one of day, restaurant, service"),
        ("-- day: analytics.daily_sales.day\n", "", "this SQL needs day: write '-- day: …'"),
        ("analytics.daily_sales.day", "daily_sales.day", "line 5: day is the column that it restricts"),
        ("    [[AND {{restaurant}}]]", "", "line 4: the SQL does not use the filter restaurant"),
        ("tips money", "tips dollars", "line 3: formats is a list such as 'tips money'"),
    ],
)
def test_a_filter_that_is_wrong_is_reported_with_what_to_write(old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(CardError, match=says) as caught:
        parse("20_x.sql", GOOD.replace(old, new))
    assert "20_x.sql" in str(caught.value)


def test_two_files_with_one_name_are_refused(tmp_path: Path) -> None:
    for file in ("menu/10_orders.sql", "sales/20_orders.sql"):
        path = tmp_path / file
        path.parent.mkdir()
        path.write_text(GOOD, encoding="utf-8")
    with pytest.raises(CardError, match=r"20_orders\.sql: there is a card orders already"):
        load(tmp_path)


def test_a_filter_stands_in_a_block_of_its_own_and_its_view_has_no_alias() -> None:
    """Metabase writes the column as schema.view.column."""
    for card in load().values():
        blocks = re.findall(r"\[\[(.*?)\]\]", card.template, re.DOTALL)
        assert sorted(name for block in blocks for name in filters.used(block)) == sorted(card.filters)
        for column in card.filters.values():
            view = column.rpartition(".")[0]
            assert re.search(rf"FROM {re.escape(view)}\n", card.template), (card.name, view)
