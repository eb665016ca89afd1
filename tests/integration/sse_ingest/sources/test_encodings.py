"""Servers and proxies that compress although identity is asked for."""

import gzip
import json
from collections.abc import Callable

import pytest

from sse_ingest.errors import ConfigurationError
from sse_ingest.sources.poll import PollSource
from sse_ingest.sources.probe import Probe
from sse_ingest.sources.stream import StreamSource
from tests.support.servers.scripted_server import (
    END,
    QUICK,
    SSE,
    Connection,
    Script,
    Server,
    frame,
    numbers,
    take,
)

pytestmark = pytest.mark.integration


def compressed(encoding: str, *pieces: bytes) -> Script:
    """A stream whose head names the encoding."""
    head = SSE.partition(b"\r\n\r\n")[0] + f"\r\nContent-Encoding: {encoding}\r\n\r\n".encode()

    def script(connection: Connection) -> None:
        connection.send(head, *pieces)

    return script


def test_each_event_is_a_gzip_member_of_its_own(serve: Callable[..., Server]) -> None:
    first = compressed("gzip", *(gzip.compress(frame(number)) for number in (1, 2, 3)))
    cut = compressed("gzip", gzip.compress(frame(4)), gzip.compress(frame(5))[:20])
    rest = compressed("gzip", gzip.compress(frame(5)))
    server = serve(first, cut, rest, END)
    assert numbers(take(StreamSource(server.url, limits=QUICK))) == [1, 2, 3, 4, 5]
    assert server.connections[0].headers["accept-encoding"] == "identity"
    assert [connection.headers.get("last-event-id") for connection in server.connections] == [
        None,
        "s-3",
        "s-4",
        "s-5",
    ]


def test_the_test_of_a_stream_reads_it_too(serve: Callable[..., Server]) -> None:
    server = serve(compressed("gzip", gzip.compress(b": hello\n\n"), gzip.compress(frame(1))))
    first = Probe(server.url).first_frame()
    assert first is not None
    assert first.data == b"1"


def test_a_page_of_several_members_is_whole(serve: Callable[..., Server]) -> None:
    event = {"offset": 1, "event_type": "e", "payload": {}}
    page = json.dumps({"events": [event], "next_since": "s-1", "stream_id": "s", "ids": ["s-1"]}).encode()
    body = gzip.compress(page[:20]) + gzip.compress(page[20:])
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"

    def script(connection: Connection) -> None:
        connection.send(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode(), body)

    server = serve(script, END)
    assert [one.last_event_id for one in take(PollSource(server.url, limits=QUICK), count=1)] == ["s-1"]


def test_an_encoding_that_we_cannot_read_ends_the_run(serve: Callable[..., Server]) -> None:
    server = serve(compressed("br", b"\x0b\x02\x80data"), END)
    with pytest.raises(ConfigurationError, match="content encoding 'br'"):
        take(StreamSource(server.url, limits=QUICK))
