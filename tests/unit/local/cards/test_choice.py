"""The SQL of a card with the filters of a reader: values are parameters, and nothing else changes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.cards.choice import EVERYTHING, Choice, statement
from local.cards.definition import Card, load, parse

TEMPLATE = """-- title: Sales
-- chart: table
-- day: analytics.daily_sales.day
-- restaurant: analytics.daily_sales.location_code
-- description: Sales.
SELECT 1 % 2 FROM analytics.daily_sales
WHERE (day > now() [[OR true) AND ({{day}}]])
    [[AND {{restaurant}}]];
"""
CARD = parse("1_sales.sql", TEMPLATE)
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


def test_without_a_choice_it_is_the_plain_select() -> None:
    assert statement(CARD, EVERYTHING)[0] == CARD.sql.replace("%", "%%")


def test_a_value_is_a_parameter() -> None:
    text, parameters = statement(CARD, Choice(MARCH, restaurants=("'; DROP TABLE orders; --",)))
    day = "analytics.daily_sales.day"
    assert f"OR true) AND ({day} >= %(first_day)s AND {day} < %(last_day)s + 1)" in text
    assert "AND analytics.daily_sales.location_code = ANY(%(restaurant)s)" in text
    assert "DROP" not in text
    assert parameters["restaurant"] == ["'; DROP TABLE orders; --"]
    assert (parameters["first_day"], parameters["last_day"]) == MARCH


def test_a_filter_that_the_card_has_not_changes_nothing() -> None:
    assert statement(CARD, Choice(services=("bar",)))[0] == statement(CARD, EVERYTHING)[0]


@pytest.mark.parametrize("card", load().values(), ids=lambda card: card.name)
def test_no_mark_of_a_filter_is_left(card: Card) -> None:
    everything = Choice(MARCH, ("A",), ("bar",), ("CAD",))
    for choice in (EVERYTHING, everything):
        text, _ = statement(card, choice)
        assert not {"[[", "]]", "{{", "}}"} & {text[at : at + 2] for at in range(len(text))}


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 400))
def test_the_days_before_are_as_many_and_end_before(first: date, more: int) -> None:
    last = date.fromordinal(first.toordinal() + more)
    before = Choice((first, last), ("A",)).before("previous")
    assert before is not None
    assert before.days is not None
    assert before.restaurants == ("A",)
    assert before.days[1] == date.fromordinal(first.toordinal() - 1)
    assert before.days[1] - before.days[0] == last - first


def test_a_year_ago_are_the_same_weekdays() -> None:
    before = Choice(MARCH).before("year")
    assert before is not None
    assert before.days == (date(2025, 3, 2), date(2025, 4, 1))
    assert EVERYTHING.before("year") is None
