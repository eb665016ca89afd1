"""Which column is what."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.replay import mapping
from local.replay.command import choose
from local.replay.errors import BadInput
from local.replay.mapping import Choices, resolve

CHIPOTLE = ["order_id", "quantity", "item_name", "choice_description", "item_price"]
BREADBASKET = ["Date", "Time", "Transaction", "Item"]


def test_the_headers_of_real_histories_are_recognised() -> None:
    layout = resolve(CHIPOTLE, Choices())
    assert layout.order_id == (0,)
    assert layout.columns == {"quantity": 1, "item": 2, "options": 3, "line_price": 4}
    layout = resolve(BREADBASKET, Choices())
    assert layout.order_id == (2,)
    assert layout.columns == {"date": 0, "time": 1, "item": 3}


def test_price_per_says_what_an_unclear_header_means() -> None:
    assert "unit_price" in resolve(CHIPOTLE, Choices(price_per="unit")).columns
    assert "line_price" in resolve(CHIPOTLE, Choices(price_per="line")).columns


def test_a_clear_price_needs_no_unclear_one() -> None:
    layout = resolve(["order_id", "item", "price", "Unit Price", "Line total"], Choices())
    assert layout.columns == {"item": 1, "unit_price": 3, "line_price": 4}
    assert layout.extra == {2: "price"}


def test_a_time_without_a_date_is_kept_as_it_is() -> None:
    assert resolve(["order_id", "item", "Time"], Choices()).extra == {2: "Time"}


def test_columns_may_be_named_and_an_order_id_made_of_several() -> None:
    choices = choose({}, ["order_id=Day", "order_id=Bon", "item=Artikel"], None)
    layout = resolve(["Day", "Bon", "Artikel", "", "", "x"], choices)
    assert layout.order_id == (0, 1)
    assert layout.columns == {"item": 2}
    assert layout.extra == {3: "(column 4)", 4: "(column 5)", 5: "x"}


def test_options_win_over_the_mapping_file(tmp_path: Path) -> None:
    file = tmp_path / "mapping.toml"
    file.write_text(
        'price_per = "unit"\nlocation = "LOC-ON-001"\nstart = 2012-07-01T00:00:00\n'
        '[columns]\norder_id = ["Day", "Bon"]\nitem = "Artikel"\n'
    )
    choices = choose({"location": "LOC-QC-002"}, ["item=Speise"], file)
    assert choices.price_per == "unit"
    assert choices.location == "LOC-QC-002"
    assert choices.start == datetime(2012, 7, 1, tzinfo=UTC)
    assert choices.columns == {"order_id": ("Day", "Bon"), "item": ("Speise",)}


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("colums = 1", "colums"),
        ("price_per = 3", "price_per"),
        ("[columns]\nitm = 'x'", "itm"),
        ("=", "cannot be read"),
    ],
)
def test_a_mapping_file_that_cannot_be_used(tmp_path: Path, content: str, named: str) -> None:
    (tmp_path / "m.toml").write_text(content)
    with pytest.raises(BadInput, match=named):
        choose({}, [], tmp_path / "m.toml")
    with pytest.raises(BadInput, match="cannot be read"):
        mapping.load(tmp_path / "absent.toml")


@pytest.mark.parametrize(
    ("options", "columns"),
    [
        ({"price_per": "kilo"}, []),
        ({"timezone": "Mars/Base"}, []),
        ({"encoding": "utf-99"}, []),
        ({"delimiter": "ab"}, []),
        ({"start": "yesterday"}, []),
        ({"service_type": "drone"}, []),
        ({}, ["item"]),
        ({}, ["item=a", "item=b"]),
    ],
)
def test_options_that_cannot_be_used(options: dict[str, str], columns: list[str]) -> None:
    with pytest.raises(BadInput):
        choose(options, columns, None)


@pytest.mark.parametrize(
    ("header", "choices", "named"),
    [
        (["a", "item"], Choices(), "order_id"),
        (["order_id", "b"], Choices(), "--column item="),
        (CHIPOTLE, Choices(columns={"item": ("Dish",)}), "Dish"),
    ],
)
def test_a_column_that_is_not_there(header: list[str], choices: Choices, named: str) -> None:
    with pytest.raises(BadInput, match=named):
        resolve(header, choices)
