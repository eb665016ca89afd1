"""What a reader of the page has chosen, and the SQL of a card with it: values are parameters, never text in the SQL."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from local.cards.definition import Card
from local.cards.filters import BLOCK, TAG

WEEKS_OF_A_YEAR = timedelta(weeks=52)
"""The same weekdays a year ago."""
COMPARISONS = ("previous", "year")


@dataclass(frozen=True)
class Choice:
    """The values of the filters. None and empty: everything, or what a card shows without the filter."""

    days: tuple[date, date] | None = None
    """The first and the last business day."""
    restaurants: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()

    def before(self, comparison: str) -> "Choice | None":
        """The days to compare with: as many days just before, or the same weekdays a year ago. None without days."""
        if self.days is None:
            return None
        first, last = self.days
        back = WEEKS_OF_A_YEAR if comparison == "year" else last - first + timedelta(days=1)
        return replace(self, days=(first - back, last - back))


EVERYTHING = Choice()


def statement(card: Card, choice: Choice) -> tuple[str, dict[str, Any]]:
    """The SELECT of the card for psycopg, and its parameters."""
    conditions = {name: text for name, text in _conditions(card.filters, choice).items() if text}

    def block(match: re.Match[str]) -> str:
        names = TAG.findall(match[1])
        if not all(name in conditions for name in names):
            return ""
        return TAG.sub(lambda tag: conditions[tag[1]], match[1])

    text = BLOCK.sub(block, card.template.replace("%", "%%"))
    first, last = choice.days or (None, None)
    parameters = {
        "first_day": first,
        "last_day": last,
        "restaurant": list(choice.restaurants),
        "service": list(choice.services),
        "currency": list(choice.currencies),
    }
    return text, parameters


def _conditions(columns: Mapping[str, str], choice: Choice) -> dict[str, str]:
    """The condition of each filter that has a value. The columns come from the header, which allows names only."""
    chosen = {"restaurant": choice.restaurants, "service": choice.services, "currency": choice.currencies}
    conditions = {name: f"{columns[name]} = ANY(%({name})s)" for name in columns if chosen.get(name)}
    if choice.days is not None and "day" in columns:
        # Not BETWEEN: of a column of times, the last day is to be there to its end.
        conditions["day"] = f"{columns['day']} >= %(first_day)s AND {columns['day']} < %(last_day)s + 1"
    return conditions
