"""The bench's readers count what came, however it is cut."""

import socket
from collections.abc import Iterator

import pytest

from api.log import sse_frames
from tests.bench.processes.crowd import Reader
from tests.bench.workload import order_events

FRAMES = (
    b"HTTP/1.1 200 OK\r\n\r\n" + sse_frames.RETRY + b"".join(order_events.encode(order_events.drafts(20)))
)


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.mark.parametrize("size", [1, 2, 16, 17, 18, 100, 441, 1_000, len(FRAMES)])
def test_every_event_is_counted_once(pair: tuple[socket.socket, socket.socket], size: int) -> None:
    ours, theirs = pair
    reader, buffer = Reader(theirs), bytearray(65_536)
    for start in range(0, len(FRAMES), size):
        ours.sendall(FRAMES[start : start + size])
        assert reader.read(buffer)
    assert reader.answered
    assert reader.events == 20


def test_what_an_earlier_reader_left_in_the_buffer_is_not_counted(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    buffer = bytearray(FRAMES + bytes(100))
    ours.sendall(b"id: x-1\n")
    reader = Reader(theirs)
    assert reader.read(buffer)
    assert reader.events == 0


def test_an_end_is_reported(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    ours.shutdown(socket.SHUT_WR)
    assert not Reader(theirs).read(bytearray(100))
