"""The cards of a dashboard as a stream: all at first, then the ones that have changed.

event: card     a card's rows
event: failure  why a card could not be had
event: status   the state of the warehouse, in one line
event: page     the choices have changed: load /api/page again
event: tick     everything is as it was sent
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from sse_starlette import ServerSentEvent

from local.cards.definition import Card
from local.dashboard import catalogue
from local.dashboard.problems import status_of
from local.dashboard.query import Question, ask
from local.dashboard.warehouse import CardFailed, Reader

SECONDS = 5.0
STATUS = "status_line"
"""The card whose rows every dashboard shows."""


class _Sent:
    """What the page has been sent, by card."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def is_new(self, key: str, data: Mapping[str, Any]) -> bool:
        """Whether anything but the time has changed since it was sent. It is sent now."""
        text = json.dumps({name: value for name, value in data.items() if name != "taken_at"})
        known, self._known[key] = self._known.get(key), text
        return known != text


async def updates(
    reader: Reader,
    cards: Mapping[str, Card],
    shown: Sequence[str],
    question: Question,
    seconds: float = SECONDS,
) -> AsyncGenerator[ServerSentEvent]:
    """Without an end: the page closes the connection."""
    sent = _Sent()
    sent.is_new("", await _attempt(partial(catalogue.page, reader, cards)))  # the page has just loaded it
    names = list(dict.fromkeys([STATUS, *shown] if STATUS in cards else shown))
    while True:
        # Side by side: the first load takes as long as the slowest card.
        reads = [asyncio.create_task(_attempt(partial(ask, reader, cards[name], question))) for name in names]
        for name, read in zip(names, reads, strict=True):
            data = {"name": name} | await read
            if sent.is_new(name, data):
                for kind in _kinds(data, shown):
                    yield ServerSentEvent(json.dumps(data), event=kind)
        choices = await _attempt(partial(catalogue.page, reader, cards))
        if "detail" not in choices and sent.is_new("", choices):
            yield ServerSentEvent("{}", event="page")
        yield ServerSentEvent("{}", event="tick")
        await asyncio.sleep(seconds)


def _kinds(data: Mapping[str, Any], shown: Sequence[str]) -> list[str]:
    """The events that carry an answer: the status is in the head of the page, and may also be a card."""
    if "detail" in data:
        return ["failure"]
    places = {"status": data["name"] == STATUS, "card": data["name"] in shown}
    return [kind for kind, is_there in places.items() if is_there]


async def _attempt(step: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What the step returns, or what a problem is."""
    try:
        return await asyncio.to_thread(step)
    except CardFailed as error:
        return {"status": status_of(error), "detail": str(error)}
