"""A service with good and bad subscribers, and an event of a typical size."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx

from tests.support.service import ROOT, TOKEN, EventService

BAD = ("idle", "stalled", "slow", "vanishing", "silent")


def event(**payload: Any) -> dict[str, Any]:
    """An event of a typical size."""
    return {
        "event_id": str(uuid4()),
        "event_type": "noted",
        "ts": "2026-01-31T18:30:00Z",
        "partition_key": "LOC-ON-001",
        "payload": {"filler": "x" * 120, **payload},
    }


@contextmanager
def serving(folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[tuple[EventService, int]]:
    """A service without simulator, and its process id."""
    service = EventService(folder, environment)
    service.start()
    try:
        assert service._process is not None
        yield service, service._process.pid
    finally:
        service.stop()


@contextmanager
def crowd(service: EventService, kind: str, count: int, address: str = "127.0.0.1") -> Iterator[None]:
    """Subscribers of one kind, inside the context; see `tests.support.subscribers.crowd`."""
    command = [
        sys.executable,
        "-m",
        "tests.support.subscribers.crowd",
        str(service.port),
        kind,
        str(count),
        address,
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"ready\n"
            yield
        finally:
            process.stdin.close()
            process.wait(20)


@contextmanager
def bad_company(service: EventService, count: int) -> Iterator[None]:
    """`count` bad subscribers, the same number of every kind."""
    with ExitStack() as stack:
        for kind in BAD:
            if count:
                stack.enter_context(crowd(service, kind, count // len(BAD)))
        yield


class GoodReader:
    """Reads the stream inside the context, and keeps per event the seconds from sending to receiving."""

    def __init__(self, service: EventService) -> None:
        self._address = f"{service.url}/stream"
        self._connected = threading.Event()
        self._thread = threading.Thread(target=self._run, name="good-reader")
        self.delays: dict[int, float] = {}
        self.last = -1

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._connected.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(20)

    def _run(self) -> None:
        with httpx.stream("GET", self._address, timeout=20) as answer:
            self._connected.set()
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    payload = json.loads(line[6:])["payload"]
                    self.delays[payload["n"]] = time.monotonic() - payload["sent"]
                    if payload["n"] == self.last:
                        return

    def finish(self, client: httpx.Client, last: int) -> None:
        """Send the last event, after which the reader ends."""
        self.last = last
        assert client.post("/events", json=[event(n=last, sent=time.monotonic())]).status_code == 202
        self._thread.join(20)


def follow(service: EventService, rate: float, seconds: float, size: int = 120) -> list[float]:
    """Publish at a steady rate to a good reader; return the delays. No event may be missing."""
    number, at_once = 0, 10
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with GoodReader(service) as reader, httpx.Client(base_url=service.url, headers=headers) as client:
        began = time.monotonic()
        while (elapsed := time.monotonic() - began) < seconds:
            time.sleep(max(number / rate - elapsed, 0))
            sent = time.monotonic()
            events = [event(n=n, sent=sent, filler="x" * size) for n in range(number, number + at_once)]
            assert client.post("/events", json=events).status_code == 202
            number += at_once
        reader.finish(client, number)
    assert list(reader.delays) == list(range(number + 1))
    return sorted(reader.delays.values())
