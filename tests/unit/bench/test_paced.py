"""The publisher that keeps a pace: one request after the other at its time, each with its answer."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from tests.bench.processes.paced import STAMP, Pacer, stamp

Answer = Callable[[int], bytes]


def accepted(number: int) -> bytes:
    """The answer to the request of this number, counted from 0 in the order of coming."""
    body = json.dumps({"duplicates": 0, "offsets": [number]}).encode()
    return b"HTTP/1.1 202 Accepted\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


@contextmanager
def service(connections: int, answer: Answer, seconds: float = 0.0) -> Iterator[tuple[int, list[bytes]]]:
    """One that takes `seconds` for each request; the port, and what it was sent."""
    requests: list[bytes] = []

    def serve(peer: socket.socket) -> None:
        with peer:
            while request := peer.recv(65_536):
                requests.append(request)
                if not (response := answer(len(requests) - 1)):
                    return
                time.sleep(seconds)
                peer.sendall(response[:10])
                time.sleep(0.001)
                peer.sendall(response[10:])

    def accept() -> None:
        threads = [threading.Thread(target=serve, args=[listener.accept()[0]]) for _ in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept)
        thread.start()
        yield int(listener.getsockname()[1]), requests
        thread.join(10)


def run(port: int, connections: int, requests: list[bytes], pause: float) -> Pacer:
    with Pacer(port, connections) as pacer:
        pacer.run(requests, pause)
    return pacer


def test_the_time_of_sending_takes_the_place_of_the_stamp() -> None:
    with service(1, accepted) as (port, requests):
        run(port, 1, [b"at " + STAMP], 0.0)
    (request,) = requests
    assert len(request) == len(b"at " + STAMP)
    sent = datetime.fromisoformat(request.removeprefix(b"at ").decode())
    assert abs((datetime.now(UTC) - sent).total_seconds()) < 30


def test_a_stamp_always_has_microseconds() -> None:
    assert stamp(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == b"2026-01-02T03:04:05.000000Z"


def test_requests_are_sent_at_their_times_and_keep_their_answers() -> None:
    with service(2, accepted) as (port, requests):
        pacer = run(port, 2, [b"one", b"two", b"three"], 0.05)
    assert requests == [b"one", b"two", b"three"]
    assert pacer.offsets == {0: [0], 1: [1], 2: [2]}
    assert all(late >= 0 for late in pacer.late)
    due = [sent - late for sent, late in zip(pacer.sent, pacer.late, strict=True)]
    assert [one - due[0] for one in due] == pytest.approx([0, 0.05, 0.1])


def test_without_a_free_connection_a_request_waits_and_is_late() -> None:
    with service(1, accepted, seconds=0.1) as (port, _):
        pacer = run(port, 1, [b"one", b"two"], 0.0)
    assert pacer.late[1] >= 0.1
    assert pacer.sent[1] - pacer.sent[0] >= 0.1


def test_what_is_refused_ends_it() -> None:
    with (
        service(1, lambda _: b"HTTP/1.1 422 No\r\nContent-Length: 3\r\n\r\nbad") as (port, _),
        pytest.raises(SystemExit, match="refused a batch: b'bad'"),
    ):
        run(port, 1, [b"one"], 0.0)


def test_a_closed_connection_ends_it() -> None:
    with (
        service(1, lambda _: b"") as (port, _),
        pytest.raises(SystemExit, match="closed a connection"),
    ):
        run(port, 1, [b"one"], 0.0)
