"""The ASGI application. Its lifespan makes what it needs; the module holds no state."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

import api
from api.contract import envelope
from api.contract.parser import Parser
from api.http import problems
from api.http.dependencies import Service
from api.http.metrics import Metrics
from api.http.routes import events, ops, stream
from api.http.stream_response import Subscribers
from api.log.interface import EventLog
from api.settings import Settings
from api.simulator.publisher import Publisher
from api.simulator.world import Faults, World

_DESCRIPTION = "A durable log of restaurant events: publish with POST /events, follow with GET /stream."


def create_app(settings: Settings) -> FastAPI:
    """The event service for these settings. Open `app.state.log` before the lifespan begins; the lifespan closes it."""
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        log: EventLog = app.state.log
        try:
            parser = Parser(settings.ts_min, timedelta(hours=settings.ts_max_ahead_hours))
            marker = settings.log_path.with_name(settings.log_path.name + ".simulator")
            on_published = metrics.accepted.labels("simulator").inc
            async with Publisher(
                _world(settings), log, marker, on_published, settings.history_days
            ) as publisher:
                subscribers = Subscribers(settings.max_subscribers)
                app.state.service = Service(settings, log, parser, publisher, metrics, subscribers)
                yield
        finally:
            await log.close()

    app = FastAPI(
        title="Restaurant events", version=api.__version__, description=_DESCRIPTION, lifespan=lifespan
    )
    app.state.metrics = metrics
    for router in (stream.router, events.router, ops.router):
        app.include_router(router)
    problems.install(app)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def drain(app: FastAPI) -> None:
    """End all streams. Their readers resume with the next process."""
    service = getattr(app.state, "service", None)
    if isinstance(service, Service):
        service.log.drain()


def _world(settings: Settings) -> World:
    faults = Faults(
        settings.fault_duplicates, settings.fault_out_of_order, settings.fault_late, settings.fault_malformed
    )
    return World(settings.seed, settings.rate, faults, with_yen=settings.yen_restaurant)


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=_DESCRIPTION, routes=app.routes
        )
        document.setdefault("components", {}).setdefault("schemas", {}).update(envelope.schemas())
        app.openapi_schema = document
    return app.openapi_schema
