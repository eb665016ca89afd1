"""A card's SQL as Metabase writes it when filters have values."""

import re
from collections.abc import Iterator, Mapping
from itertools import combinations

from local.cards.definition import Card

VALUES = {
    "day": "{column} >= date '2024-03-01' AND {column} < date '2024-04-01'",
    "restaurant": "{column} = 'LOC-ON-001'",
    "service": "{column} IN ('dine_in', 'takeout')",
    "currency": "{column} = 'CAD'",
}


def chosen(card: Card, *names: str, values: Mapping[str, str] = VALUES) -> str:
    """The SQL with a value for each of these filters; blocks of the others are left out."""

    def block(match: re.Match[str]) -> str:
        name = re.search(r"\{\{(\w+)\}\}", match[1])
        assert name
        if name[1] not in names:
            return ""
        quoted = ".".join(f'"{part}"' for part in card.filters[name[1]].split("."))
        return match[1].replace(name[0], values[name[1]].format(column=quoted))

    return re.sub(r"\[\[(.*?)\]\]", block, card.template, flags=re.DOTALL)


def combinations_of(card: Card) -> Iterator[tuple[str, ...]]:
    """Every set of filters of a card, the empty one first."""
    for count in range(len(card.filters) + 1):
        yield from combinations(card.filters, count)
