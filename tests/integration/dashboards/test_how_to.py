"""docs/how-to/add-a-dashboard-card.md: the card that the page shows is a card, and answers."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from local.cards import definition
from local.cards.definition import parse
from local.dashboard.warehouse import Reader
from local.settings import ROOT

pytestmark = pytest.mark.integration
PAGE = (ROOT / "docs" / "how-to" / "add-a-dashboard-card.md").read_text(encoding="utf-8")


def test_the_example_answers_with_the_columns_it_names(warehouse: Any, fill: Callable[[], None]) -> None:
    example = re.search(r"^```sql\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert example
    card = parse("29_refunds.sql", example[1])
    fill()

    answer = Reader(warehouse.url("analytics_reader")).read(card)

    assert {column["name"]: column["kind"] for column in answer.columns} == {
        "day": "date",
        "currency": "text",
        "refunds": "number",
    }
    assert answer.rows


def test_the_page_names_the_keys_that_cards_have() -> None:
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", PAGE, re.MULTILINE)
    assert {key for row in rows for key in re.findall(r"\w+", row)} == definition.KEYS


def test_the_example_can_be_tried_as_the_page_says() -> None:
    """Its command removes the blocks of filters line by line."""
    example = re.search(r"^```sql\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert example
    tried = re.sub(r"\[\[.*\]\]", "", example[1])
    assert tried.endswith(parse("29_refunds.sql", example[1]).sql + "\n")
