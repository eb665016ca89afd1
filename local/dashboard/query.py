"""The filters in an address of the page, as the API takes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Query

from local.cards.choice import Choice
from local.cards.definition import Card
from local.dashboard.warehouse import Answer, Reader
from local.errors import StackError

LONGEST_DAYS = 3_660


class WrongFilter(StackError):
    """The filters of a request cannot be; the message names the one to correct."""


@dataclass(frozen=True)
class Question:
    """What a page asks of each card: the filters, and with which days to compare."""

    choice: Choice
    compare: str | None = None


def read_question(
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
    restaurant: Annotated[tuple[str, ...], Query()] = (),
    service: Annotated[tuple[str, ...], Query()] = (),
    currency: Annotated[tuple[str, ...], Query()] = (),
    compare: Annotated[Literal["previous", "year"] | None, Query()] = None,
) -> Question:
    """Read from the query of an address. Raises WrongFilter."""
    if (first is None) != (last is None):
        raise WrongFilter("from and to belong together: give both days, or none.")
    days = None
    if first is not None and last is not None:
        if last < first:
            raise WrongFilter(f"to ({last}) is before from ({first}): exchange them.")
        if (last - first).days >= LONGEST_DAYS:
            raise WrongFilter(f"from {first} to {last} is more than ten years: choose fewer days.")
        days = (first, last)
    return Question(Choice(days, restaurant, service, currency), compare)


def ask(reader: Reader, card: Card, question: Question) -> dict[str, Any]:
    """A card's rows, and those of the days to compare with. Raises CardFailed."""
    answer = reader.read(card, question.choice)
    before = None
    earlier = question.choice.before(question.compare) if question.compare and "day" in card.filters else None
    if earlier is not None and earlier.days is not None:
        first, last = (day.isoformat() for day in earlier.days)
        before = {"rows": reader.read(card, earlier).rows, "from": first, "to": last}
    return body(answer) | {"before": before}


def body(answer: Answer) -> dict[str, Any]:
    """An answer as JSON."""
    return {"columns": answer.columns, "rows": answer.rows, "taken_at": answer.taken_at.isoformat()}


def describe(card: Card) -> Mapping[str, Any]:
    """What the page needs to know about a card."""
    names = ("name", "title", "description", "x", "series", "unit", "formats", "tab", "compare", "width")
    value = card.y[1] if card.chart == "heatmap" else None
    return {name: getattr(card, name) for name in names} | {
        "chart": "smartscalar" if card.compare else card.chart,
        "y": card.y[:1] if value else card.y,
        "value": value,
        "filters": list(card.filters),
    }
