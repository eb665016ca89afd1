"""Where the cards of a dashboard stand, on Metabase's grid of 24 columns: in their order, row by row."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from local.cards.definition import Card

COLUMNS = 24
_SIZES = {"scalar": (6, 3), "table": (24, 8)}
_CHART = (12, 6)


@dataclass(frozen=True)
class Place:
    """One card's rectangle, on a tab where the dashboard has tabs."""

    card: Card
    tab: str | None
    row: int
    col: int
    width: int
    height: int


def tabs_of(cards: Iterable[Card]) -> list[str]:
    """In the order of their first cards; a dashboard without tabs has none."""
    return list(dict.fromkeys(card.tab for card in cards if card.tab))


def place(cards: Collection[Card]) -> list[Place]:
    """Each tab begins at the top again. A card that names no tab is on the first one."""
    first = next(iter(tabs_of(cards)), None)
    by_tab: dict[str | None, list[Card]] = {}
    for card in cards:
        by_tab.setdefault(card.tab or first, []).append(card)
    return [one for tab, listed in by_tab.items() for one in _flow(listed, tab)]


def _flow(cards: Iterable[Card], tab: str | None) -> Iterator[Place]:
    row = col = tallest = 0
    for card in cards:
        width, height = _SIZES.get(card.chart, _CHART)
        if col + width > COLUMNS:
            row, col, tallest = row + tallest, 0, 0
        yield Place(card, tab, row, col, width, height)
        col, tallest = col + width, max(tallest, height)
