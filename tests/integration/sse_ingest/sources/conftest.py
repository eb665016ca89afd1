"""Servers that misbehave, and a watch over the threads that read from them."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.support.contention import Contention
from tests.support.servers.scripted_server import Script, Server


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(*scripts: Script, tls: ssl.SSLContext | None = None) -> Server:
        servers.append(Server(*scripts, tls=tls))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture(autouse=True)
def _no_thread_stays() -> Iterator[None]:
    yield
    busy, began = Contention(), time.monotonic()
    while any(thread.name == "sse-ingest-reader" for thread in threading.enumerate()):
        assert time.monotonic() - began < 3 + busy.seconds, "a reading thread has stayed"
        time.sleep(0.02)
