"""The parts of a running service. The lifespan makes them, and the routes get them from the app's state.

All dependencies are coroutines: FastAPI runs plain functions in threads, and a thread costs more than the function.
"""

import time
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from api.contract.parser import Parser
from api.http.metrics import Metrics
from api.http.stream_response import Subscribers
from api.log.interface import EventLog
from api.settings import Settings
from api.simulator.publisher import Publisher


@dataclass(slots=True)
class Service:
    """One running event service."""

    settings: Settings
    log: EventLog
    parser: Parser
    publisher: Publisher
    metrics: Metrics
    subscribers: Subscribers
    started: float = field(default_factory=time.monotonic)

    @property
    def uptime(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started


async def _service(request: Request) -> Service:
    service = request.app.state.service
    assert isinstance(service, Service)
    return service


ServiceDep = Annotated[Service, Depends(_service)]
