"""Every limit of the service has a clear answer, and what it bounds comes back."""

import json
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from api.http.connection_limits import MOST_REFUSING
from tests.support.contention import Contention
from tests.support.service import TOKEN, EventService
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration
MakeService = Callable[..., EventService]
Connect = Callable[..., socket.socket]
STREAM = b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n"
HEALTH = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def impatient(make_service: MakeService) -> EventService:
    """A service that gives half a second for a head and for a body, and pings often."""
    return make_service(
        EVENT_HEADER_TIMEOUT_SECONDS="0.5",
        EVENT_BODY_TIMEOUT_SECONDS="0.5",
        EVENT_HEARTBEAT_SECONDS="0.2",
    )


@pytest.fixture
def connect() -> Iterator[Connect]:
    """connect(service, what to send, from where): a peer, closed at the end of the test at the latest."""
    with ExitStack() as stack:

        def one(service: EventService, send: bytes = b"", address: str = "127.0.0.1") -> socket.socket:
            source = (address, 0)
            peer = stack.enter_context(socket.create_connection(("127.0.0.1", service.port), 10, source))
            peer.sendall(send)
            return peer

        yield one


def rest(peer: socket.socket) -> bytes:
    """All that comes until the service closes the connection."""
    received = b""
    while chunk := peer.recv(65_536):
        received += chunk
    return received


def problem(answer: bytes) -> tuple[int, str]:
    """Status and kind of a problem document, as it stands on the wire."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    assert b"connection: close" in head.lower()
    return int(head.split()[1]), json.loads(body)["type"].removeprefix("urn:restaurant-events:")


def test_a_slow_head_is_answered_even_when_it_never_stops(connect: Connect, impatient: EventService) -> None:
    busy, began = Contention(), time.monotonic()
    peer = connect(impatient, b"GET /health HTTP/1.1\r\n")
    peer.settimeout(0.1)
    answer = b""
    while not answer and time.monotonic() - began < 60:
        try:
            peer.sendall(b"X: y\r\n")
            answer = peer.recv(65_536)
        except TimeoutError:
            pass
    assert problem(answer) == (408, "head-too-slow")
    assert 0.4 < time.monotonic() - began < 3 + busy.seconds


@pytest.mark.parametrize("first", [b"", HEALTH + b"\r\n"])
def test_a_connection_that_asks_nothing_is_closed(
    connect: Connect, impatient: EventService, first: bytes
) -> None:
    busy, began = Contention(), time.monotonic()
    assert rest(connect(impatient, first)).count(b"HTTP/1.1") == (1 if first else 0)
    assert time.monotonic() - began < 3 + busy.seconds


def test_a_stream_is_no_slow_head(connect: Connect, impatient: EventService) -> None:
    peer = connect(
        impatient, HEALTH + STREAM
    )  # both at once: the stream's head is there before the first answer
    received, began = b"", time.monotonic()
    while time.monotonic() - began < 1.2 or received.count(b": ping") <= 2:
        received += peer.recv(65_536)
    peer.close()


def test_a_long_head_and_what_is_no_http(connect: Connect, impatient: EventService) -> None:
    head = b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 8_000 + b"\r\n"
    peer = connect(impatient, head)
    for _ in range(20):
        peer.sendall(head[16:])
        time.sleep(0.005)
        if _readable(peer):
            break
    assert problem(peer.recv(65_536)) == (431, "head-too-large")
    assert problem(rest(connect(impatient, b"\x16\x03\x01 hello\r\n\r\n"))) == (400, "bad-request")


def _readable(peer: socket.socket) -> bool:
    return bool(select.select([peer], [], [], 0)[0])


def test_a_slow_body_is_answered_and_nothing_is_stored(connect: Connect, impatient: EventService) -> None:
    lines = (
        "POST /events HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {TOKEN}",
        "Content-Length: 9",
        "",
        "{",
    )
    assert problem(rest(connect(impatient, "\r\n".join(lines).encode()))) == (408, "body-too-slow")
    assert impatient.health()["head_offset"] == 0


def test_connections_from_one_address(connect: Connect, make_service: MakeService) -> None:
    service = make_service(EVENT_MAX_CONNECTIONS_PER_ADDRESS="3")
    inside = [connect(service, STREAM, "127.0.0.2") for _ in range(3)]
    for peer in inside:
        assert peer.recv(100).startswith(b"HTTP/1.1 200")
    answer = rest(connect(service, HEALTH, "127.0.0.2"))
    assert problem(answer) == (429, "too-many-connections-from-address")
    assert b"retry-after: 5" in answer
    assert service.health()["subscribers"] == 3  # another address
    inside.pop().close()
    eventually(lambda: bool(service.health()["subscribers"] == 2), "2 subscribers")
    assert connect(service, HEALTH, "127.0.0.2").recv(100).startswith(b"HTTP/1.1 200")
    text = httpx.get(f"{service.url}/metrics").text
    assert 'connections_refused_total{reason="too-many-connections-from-address"} 1.0' in text


def test_connections_in_all_and_a_flood_beyond(connect: Connect, make_service: MakeService) -> None:
    service = make_service(EVENT_MAX_CONNECTIONS="5")
    inside = [connect(service, STREAM) for _ in range(5)]
    for peer in inside:
        assert peer.recv(100).startswith(b"HTTP/1.1 200")
    assert problem(rest(connect(service, HEALTH))) == (503, "too-many-connections")
    flood = [connect(service) for _ in range(2 * MOST_REFUSING)]
    eventually(lambda: sum(map(_closed, flood)) >= MOST_REFUSING - 5, "the flood is refused")
    time.sleep(0.5)  # for those that should stay
    assert sum(map(_closed, flood)) <= MOST_REFUSING + 5
    assert not any(_closed(peer) for peer in inside)
    for peer in (*flood, *inside):
        peer.close()
    eventually(lambda: connect(service, HEALTH).recv(100).startswith(b"HTTP/1.1 200"), "a new one is served")


def _closed(peer: socket.socket) -> bool:
    try:
        return _readable(peer) and not peer.recv(1)
    except ConnectionResetError:
        return True


def test_streams_and_the_places_of_those_who_went(connect: Connect, make_service: MakeService) -> None:
    service = make_service(EVENT_MAX_SUBSCRIBERS="3")
    for turn in range(60):  # gone before the first byte of the body, by a reset or a close
        peer = connect(service, STREAM)
        if turn % 2:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
    eventually(lambda: bool(service.health()["subscribers"] == 0), "0 subscribers")
    inside = [connect(service, STREAM) for _ in range(3)]
    eventually(lambda: bool(service.health()["subscribers"] == 3), "3 subscribers")
    answer = httpx.get(f"{service.url}/stream")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["type"] == "urn:restaurant-events:too-many-subscribers"
    inside.pop().close()
    eventually(lambda: bool(service.health()["subscribers"] == 2), "2 subscribers")
    with httpx.stream("GET", f"{service.url}/stream") as following:
        assert following.status_code == 200


def test_a_large_page_is_not_kept_for_who_does_not_read(
    connect: Connect, make_service: MakeService, numbered: Callable[..., list[dict[str, Any]]]
) -> None:
    service = make_service(EVENT_SEND_TIMEOUT_SECONDS="1")
    service.publish(numbered(1, 60, size=100_000))
    peer = connect(service, b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
    eventually(lambda: "readers_cut_total 1.0" in httpx.get(f"{service.url}/metrics").text, "one is cut")
    peer.close()
