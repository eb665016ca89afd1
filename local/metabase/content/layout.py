"""Where the cards of a dashboard stand, on Metabase's grid of 24 columns: in their order, row by row."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from local.cards.definition import Card

COLUMNS = 24
_SIZES = {"scalar": (6, 3), "table": (24, 8)}
_CHART = (12, 6)


@dataclass(frozen=True)
class Place:
    """One card's rectangle."""

    card: Card
    row: int
    col: int
    width: int
    height: int


def place(cards: Iterable[Card]) -> list[Place]:
    """Each tab begins at the top again."""
    by_tab: dict[str | None, list[Card]] = {}
    for card in cards:
        by_tab.setdefault(card.tab, []).append(card)
    return [one for tab in by_tab.values() for one in _flow(tab)]


def _flow(cards: Iterable[Card]) -> Iterator[Place]:
    row = col = tallest = 0
    for card in cards:
        width, height = _SIZES.get(card.chart, _CHART)
        if col + width > COLUMNS:
            row, col, tallest = row + tallest, 0, 0
        yield Place(card, row, col, width, height)
        col, tallest = col + width, max(tallest, height)
