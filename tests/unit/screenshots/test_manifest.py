"""The pictures of the README and the docs are there, and show the cards as they are."""

import json
from pathlib import Path

import pytest

from tests.screenshots import manifest

CARD = "SELECT 1"


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    """One dashboard with two cards."""
    folder = tmp_path / "cards"
    (folder / "today").mkdir(parents=True)
    for name in ("10_orders.sql", "11_guests.sql"):
        (folder / "today" / name).write_text(CARD)
    return folder


@pytest.fixture
def pictures(tmp_path: Path, cards: Path) -> Path:
    """All pictures, taken from these cards."""
    folder = tmp_path / "pictures"
    manifest.write({name: name.encode() for name in manifest.names(cards)}, folder, cards)
    return folder


def test_the_pictures_of_the_project_are_those_of_its_cards() -> None:
    assert manifest.objections() == [], "take them again: ./stack screenshots"


def test_fresh_pictures_are_in_order(pictures: Path, cards: Path) -> None:
    assert manifest.objections(pictures, cards) == []
    assert set(json.loads((pictures / manifest.MANIFEST).read_text())) == set(manifest.names(cards))


@pytest.mark.parametrize("change", ["text", "name", "one more", "one fewer"])
def test_a_change_of_a_card_makes_the_pictures_of_its_dashboard_old(
    pictures: Path, cards: Path, change: str
) -> None:
    card = cards / "today" / "11_guests.sql"
    if change == "text":
        card.write_text("SELECT 2")
    elif change == "name":
        card.rename(card.with_name("12_guests.sql"))
    elif change == "one more":
        card.with_name("12_tips.sql").write_text(CARD)
    else:
        card.unlink()

    assert manifest.objections(pictures, cards) == [
        "dashboards/today-dark.png is older than the cards of its dashboard.",
        "dashboards/today-light.png is older than the cards of its dashboard.",
    ]


def test_a_picture_is_missing(pictures: Path, cards: Path) -> None:
    (pictures / "airflow" / "dags-dark.png").unlink()
    assert manifest.objections(pictures, cards) == ["airflow/dags-dark.png is missing."]


def test_a_new_dashboard_has_no_pictures_yet(pictures: Path, cards: Path) -> None:
    (cards / "wine").mkdir()
    (cards / "wine" / "80_bottles.sql").write_text(CARD)
    assert manifest.objections(pictures, cards) == [
        "dashboards/wine-dark.png is missing.",
        "dashboards/wine-light.png is missing.",
    ]


def test_a_picture_that_somebody_edited_or_added_is_noticed(pictures: Path, cards: Path) -> None:
    (pictures / "airflow" / "dags-dark.png").write_bytes(b"edited")
    (pictures / "airflow" / "pools.png").write_bytes(b"added")
    assert manifest.objections(pictures, cards) == [
        "airflow/pools.png: nothing has this name any more.",
        "airflow/dags-dark.png is not the picture that was taken.",
    ]


def test_pictures_of_before_are_removed(pictures: Path, cards: Path) -> None:
    manifest.write({"airflow/dags-light.png": b"new"}, pictures, cards)
    assert [file.name for file in pictures.glob("*/*.png")] == ["dags-light.png"]


def test_without_pictures_all_are_missing(tmp_path: Path, cards: Path) -> None:
    assert len(manifest.objections(tmp_path, cards)) == len(list(manifest.names(cards)))
