"""The JSON of the page.

GET /api/page          what there is to choose from: dashboards, cards, restaurants, services, currencies, days
GET /api/cards/{name}  one card's rows; 503 while the database is down, 502 when only this card fails
GET /api/updates       the cards of a dashboard, and what changes, as Server-Sent Events

The last two take filters: from, to, restaurant, service, currency, compare (see query.py).
"""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from sse_starlette import EventSourceResponse

from local.cards.definition import Card
from local.dashboard import catalogue
from local.dashboard.problems import problem
from local.dashboard.query import Question, ask, read_question
from local.dashboard.updates import updates
from local.dashboard.warehouse import Reader

OfAddress = Annotated[Question, Depends(read_question)]
_FRESH = {"Cache-Control": "no-store"}


def router(reader: Reader, cards: Mapping[str, Card]) -> APIRouter:
    """The routes below /api, which read these cards."""
    routes = APIRouter(prefix="/api")

    @routes.get("/page", response_model=None)
    def read_page() -> JSONResponse:
        return JSONResponse(catalogue.page(reader, cards), headers=_FRESH)

    @routes.get("/cards/{name}", response_model=None)
    def read_card(name: str, question: OfAddress) -> JSONResponse:
        if name not in cards:
            return problem(404, f"There is no card {name}: /api/page lists them.")
        return JSONResponse(ask(reader, cards[name], question), headers=_FRESH)

    @routes.get("/updates", response_model=None)
    async def stream_updates(dashboard: str, question: OfAddress) -> EventSourceResponse | JSONResponse:
        shown = [name for name, card in cards.items() if card.dashboard == dashboard]
        if not shown:
            return problem(404, f"There is no dashboard {dashboard}: /api/page lists them.")
        return EventSourceResponse(updates(reader, cards, shown, question), headers=_FRESH)

    return routes
