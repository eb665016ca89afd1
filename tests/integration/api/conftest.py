"""The real service in a process of its own, and a reader that takes its stream frame by frame."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.service import TOKEN, EventService

AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


@dataclass(frozen=True)
class Block:
    """One block of the stream, as text."""

    fields: dict[str, str]

    @property
    def number(self) -> int:
        return int(json.loads(self.fields["data"])["payload"]["n"])


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EventService]:
    """One service for the tests of a file; they publish and look at what is theirs."""
    service = EventService(tmp_path_factory.mktemp("service"))
    service.start()
    yield service
    service.stop()


@pytest.fixture
def make_service(tmp_path: Path) -> Iterator[Callable[..., EventService]]:
    """make_service(EVENT_…=…): a service of this test's own, over one and the same log."""
    services: list[EventService] = []

    def make(**environment: str) -> EventService:
        service = EventService(tmp_path, environment)
        services.append(service)
        service.start()
        return service

    yield make
    for service in services:
        service.stop()


@pytest.fixture
def numbered() -> Callable[..., list[dict[str, Any]]]:
    """numbered(first, last, …): events that carry their number."""

    def make(
        first: int, last: int, kind: str = "noted", place: str = "LOC-ON-001", size: int = 0
    ) -> list[dict[str, Any]]:
        return [
            {
                "event_id": str(uuid4()),
                "event_type": kind,
                "ts": "2026-01-31T18:30:00Z",
                "partition_key": place,
                "payload": {"n": n, "filler": "x" * size},
            }
            for n in range(first, last + 1)
        ]

    return make


def blocks(response: httpx.Response) -> Iterator[Block]:
    """The blocks of a stream as they come; a comment is a field without a name."""
    fields: dict[str, str] = {}
    for line in response.iter_lines():
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif fields:
            yield Block(fields)
            fields = {}


@contextmanager
def following(service: EventService, query: str = "", **headers: str) -> Iterator[Iterator[Block]]:
    """Follow the stream; what the service sends first (`retry:`) has been read."""
    with httpx.stream("GET", f"{service.url}/stream{query}", headers=headers, timeout=20) as response:
        assert response.status_code == 200, response.read()
        stream = blocks(response)
        assert next(stream).fields == {"retry": "1000"}
        yield stream


Follow = Callable[..., Any]


@pytest.fixture
def follow() -> Follow:
    return following
