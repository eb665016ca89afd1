"""Where the cards of a dashboard stand, on Metabase's grid of 24 columns: in their order, row by row, without holes."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from local.cards.definition import Card

COLUMNS = 24
_WIDTHS = {"quarter": 6, "half": 12, "full": COLUMNS}
_HEIGHTS = {"scalar": 3, "status": 3, "table": 8, "heatmap": 8}
_CHART = 6


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
    top = 0
    for row in _rows(cards):
        col = 0
        places = []
        for card in row:
            places.append(Place(card, tab, top, col, _WIDTHS[card.width], _HEIGHTS.get(card.chart, _CHART)))
            col += _WIDTHS[card.width]
        tallest = max(one.height for one in places)
        places[-1] = replace(places[-1], width=places[-1].width + COLUMNS - col)
        yield from (replace(one, height=tallest) for one in places)
        top += tallest


def _rows(cards: Iterable[Card]) -> Iterator[list[Card]]:
    """As many cards as stand beside each other."""
    row: list[Card] = []
    for card in cards:
        if sum(_WIDTHS[one.width] for one in [*row, card]) > COLUMNS:
            yield row
            row = []
        row.append(card)
    if row:
        yield row
