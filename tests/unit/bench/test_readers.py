"""The readers, as a suite sees them: connected, asking, live, and finished."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.bench.processes.readers import Readers
from tests.bench.workload import order_events

EVENTS = 10
ANSWER = b"HTTP/1.1 200 OK\r\n\r\n" + b"".join(order_events.encode(order_events.drafts(EVENTS)))


@pytest.fixture
def port() -> Iterator[int]:
    """A server that answers two readers, after both have asked, and closes them at the end of the test."""
    over = threading.Event()

    def serve() -> None:
        peers = [listener.accept()[0] for _ in range(2)]
        for peer in peers:
            assert peer.recv(1_000).startswith(b"GET /stream?since=latest HTTP/1.1\r\n")
        for peer in peers:
            peer.sendall(ANSWER)
        over.wait(20)
        for peer in peers:
            peer.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield int(listener.getsockname()[1])
        over.set()
        thread.join(20)


def test_each_reports_when_it_had_its_events(port: int) -> None:
    with Readers(port, 2, "latest", EVENTS) as crowd:
        began = crowd.go()
        crowd.live()
        finished = crowd.finished()
    assert len(finished) == 2
    assert all(began < at < time.monotonic() for at in finished)


def test_waiting_for_missing_events_ends(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with Readers(port, 2, "latest", EVENTS + 1) as crowd:
        crowd.go()
        crowd.live()
        monkeypatch.setattr("tests.bench.processes.readers._STEP_SECONDS", 0.2)
        with pytest.raises(RuntimeError, match=r"longer than 0\.2 s"):
            crowd.finished()
