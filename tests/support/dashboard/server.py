"""A server that keeps the contract of the page, with figures of its own: real HTTP and real Server-Sent Events.

A test changes what it answers: one card that fails, a database that is down, an empty warehouse.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from local.dashboard.document import build_document
from tests.support.dashboard import catalogue
from tests.support.dashboard.figures import FIGURES, Question, columns_of, read_question, rows_of
from tests.support.servers.in_thread import serving

TAKEN_AT = "2026-11-30T21:14:05Z"
DOWN = {"status": 503, "detail": "The database cannot be reached: is it running (./stack status)?"}
FAILED = {"status": 502, "detail": "This took longer than 5 s and was stopped."}
SHIFTS = {"year": 364}


@dataclass
class ContractServer:
    """What the server answers, and what it was asked."""

    url: str = ""
    down: bool = False
    empty: bool = False
    failing: set[str] = field(default_factory=set)
    rows: dict[str, list[list[Any]]] = field(default_factory=dict)
    """Rows that a test gives to a card, instead of those of figures.py."""
    requests: list[str] = field(default_factory=list)
    streams: int = 0
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    today: str = catalogue.TODAY
    since: str = catalogue.SINCE
    closing: bool = False
    hang_ups: int = 0

    def hang_up(self) -> None:
        """Ends every connection."""
        self.hang_ups += 1

    def send(self, event: str, data: dict[str, Any]) -> None:
        """Sends an event to every page that is open."""
        self.events.append((event, data))

    def page(self) -> dict[str, Any]:
        page = catalogue.page(empty=self.empty)
        return page if self.empty else page | {"today": self.today, "since": self.since}

    def answer(self, name: str, request: Request) -> dict[str, Any]:
        card = next(card for card in catalogue.CARDS if card["name"] == name)
        values = request.query_params
        by_day = "day" in card["filters"]
        first, last = (values.get("from"), values.get("to")) if by_day else (None, None)
        question = read_question(first, last, values.getlist)
        compare = values.get("compare") if by_day else None
        before = None
        if compare and not self.empty:
            former = read_question(first, last, values.getlist, SHIFTS.get(compare, len(question.days)))
            days = {"from": former.days[0].isoformat(), "to": former.days[-1].isoformat()}
            before = {"rows": rows_of(name, former), **days}
        return {
            "columns": columns_of(name),
            "rows": self.own_rows(name, question),
            "taken_at": TAKEN_AT,
            "before": before,
        }

    def own_rows(self, name: str, question: Question) -> list[list[Any]]:
        if self.empty:
            return []
        return self.rows[name] if name in self.rows else rows_of(name, question)

    async def stream(self, request: Request) -> AsyncIterator[ServerSentEvent]:
        self.streams += 1
        position, hang_ups = len(self.events), self.hang_ups
        try:
            for event, data in self.greeting(request):
                yield message(event, data)
            while not self.closing and hang_ups == self.hang_ups:
                for event, data in self.events[position:]:
                    position += 1
                    yield message(event, data)
                await asyncio.sleep(0.02)
        finally:
            self.streams -= 1

    def greeting(self, request: Request) -> Iterator[tuple[str, dict[str, Any]]]:
        names = next(
            dashboard["cards"]
            for dashboard in catalogue.page()["dashboards"]
            if dashboard["name"] == request.query_params["dashboard"]
        )
        for name in names:
            if self.down or name in self.failing:
                yield "failure", {"name": name, **(DOWN if self.down else FAILED)}
            else:
                yield "card", {"name": name, **self.answer(name, request)}
        if not self.down:
            rows = rows_of("checks", read_question(None, None, lambda _: []))
            yield "status", {"columns": columns_of("checks"), "rows": rows, "taken_at": TAKEN_AT}
            yield "tick", {"taken_at": TAKEN_AT}


def message(event: str, data: dict[str, Any]) -> ServerSentEvent:
    return ServerSentEvent(json.dumps(data), event=event)


def create_app(server: ContractServer) -> FastAPI:
    app = FastAPI()
    document = build_document()

    @app.middleware("http")
    async def record(request: Request, call_next: Any) -> Any:
        server.requests.append(f"{request.url.path}?{request.url.query}".rstrip("?"))
        return await call_next(request)

    @app.get("/")
    def index() -> HTMLResponse:
        return HTMLResponse(document.page, headers={"Content-Security-Policy": document.policy})

    @app.get(document.library_path)
    def library() -> Response:
        return Response(document.library, media_type="text/javascript")

    @app.get("/api/page", response_model=None)
    def page() -> Response:
        return JSONResponse(DOWN, 503) if server.down else JSONResponse(server.page())

    @app.get("/api/cards/{name}", response_model=None)
    def read_card(name: str, request: Request) -> Response:
        return JSONResponse(server.answer(name, request) if name in FIGURES else {"status": 404})

    @app.get("/api/updates", response_model=None)
    async def updates(request: Request) -> Response:
        return EventSourceResponse(server.stream(request))

    return app


@contextmanager
def contract_server() -> Iterator[ContractServer]:
    """A server on loopback, while the context lasts."""
    server = ContractServer()
    with serving(create_app(server)) as server.url:
        try:
            yield server
        finally:
            server.closing = True
