"""The cards of a dashboard as a stream: all at first, then the ones that have changed.

event: card     a card's rows
event: failure  why a card could not be had
event: status   the state of the warehouse, in one line
event: page     the choices have changed: load /api/page again
event: tick     everything is as it was sent
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
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


async def updates(
    reader: Reader, cards: Mapping[str, Card], shown: Sequence[str], asked: Question, seconds: float = SECONDS
) -> AsyncIterator[ServerSentEvent]:
    """Without an end: the page closes the connection."""
    sent: dict[str, str] = {}

    def changed(event: str, key: str, data: Mapping[str, Any]) -> ServerSentEvent | None:
        known = json.dumps({name: value for name, value in data.items() if name != "taken_at"})
        if sent.get(key) == known:
            return None
        sent[key] = known
        return ServerSentEvent(json.dumps(data), event=event)

    while True:
        for name in [STATUS, *shown] if STATUS in cards else shown:
            data = await _attempt(lambda card=cards[name]: ask(reader, card, asked))  # type: ignore[misc]
            kind = "failure" if "status" in data else "status" if name == STATUS else "card"
            if message := changed(kind, name, {"name": name} | data):
                yield message
        choices = await _attempt(lambda: catalogue.page(reader, cards))
        is_first = "" not in sent
        if "status" not in choices and (message := changed("page", "", choices)) and not is_first:
            yield ServerSentEvent("{}", event="page")
        yield ServerSentEvent("{}", event="tick")
        await asyncio.sleep(seconds)


async def _attempt(step: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What the step returns, or what a problem is."""
    try:
        return await asyncio.to_thread(step)
    except CardFailed as error:
        return {"status": status_of(error), "detail": str(error)}
