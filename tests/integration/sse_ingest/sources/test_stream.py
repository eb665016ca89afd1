"""The stream, against servers that break off, stall and refuse."""

import socket
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest

from sse_ingest.errors import ConfigurationError, TerminalError, Unauthorized
from sse_ingest.sources.http import Limits
from sse_ingest.sources.sse_decoder import Frame
from sse_ingest.sources.stream import StreamSource
from tests.support.contention import Contention
from tests.support.servers.scripted_server import (
    END,
    QUICK,
    SSE,
    Connection,
    Server,
    answering,
    frame,
    numbers,
    status,
    take,
)

pytestmark = pytest.mark.integration


class Pings:
    """A server that sends comments for so long, and then a frame. It measures the pauses that it makes."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.longest_pause = 0.0

    def send(self, connection: Connection) -> None:
        connection.send(SSE)
        began = last = time.monotonic()
        while last - began < self.seconds:
            time.sleep(0.1)
            self.longest_pause = max(self.longest_pause, time.monotonic() - last)
            last = time.monotonic()
            connection.send(b": ping\n\n")
        connection.send(frame(1))


class TestStream:
    def test_resumes_after_the_last_frame_wherever_it_was_cut(self, serve: Callable[..., Server]) -> None:
        server = serve(
            answering(frame(1), frame(2)[:-1]),
            answering(frame(2), b"id: s-3\ndata: half", then=Connection.reset),
            answering(frame(3), frame(4)),
            END,
        )
        assert numbers(take(StreamSource(server.url, limits=QUICK))) == [1, 2, 3, 4]
        assert [connection.headers.get("last-event-id") for connection in server.connections] == [
            None,
            "s-1",
            "s-2",
            "s-4",
        ]
        assert [connection.target for connection in server.connections] == [
            "/stream?since=earliest",
            *["/stream"] * 3,
        ]

    def test_a_position_is_asked_for_at_once(self, serve: Callable[..., Server]) -> None:
        server = serve(END)
        assert take(StreamSource(server.url + "/", limits=QUICK, token="t0ken"), "s-41") == []
        headers = server.connections[0].headers
        assert headers["last-event-id"] == "s-41"
        assert headers["authorization"] == "Bearer t0ken"
        assert headers["accept"] == "text/event-stream"

    def test_a_foreign_address_is_left_as_it_is(self, serve: Callable[..., Server]) -> None:
        server = serve(answering(b"data: {}\n\n"), END)
        source = StreamSource(server.url + "/v2/all?types=a", path="", since=None, limits=QUICK)
        assert take(source) == [Frame("message", b"{}", "", own_id=False)]
        assert [connection.target for connection in server.connections] == ["/v2/all?types=a"] * 2

    def test_an_id_that_no_header_carries_is_not_asked_for(self, serve: Callable[..., Server]) -> None:
        server = serve(
            answering(frame(1), b"id: a\x01b\ndata: 2\n\n"), answering("id: é😀\ndata: 3\n\n".encode()), END
        )
        assert numbers(take(StreamSource(server.url, limits=QUICK))) == [1, 2, 3]
        ids = [connection.headers.get("last-event-id") for connection in server.connections]
        assert ids == [None, "s-1", "é😀".encode().decode("latin-1")]

    def test_an_id_too_long_for_any_server_is_not_asked_for(self, serve: Callable[..., Server]) -> None:
        long = b"id: " + b"a" * 2_001 + b"\ndata: 2\n\n"
        server = serve(answering(frame(1), long), answering(frame(3)), END)
        assert numbers(take(StreamSource(server.url, limits=QUICK))) == [1, 2, 3]
        assert [connection.headers.get("last-event-id") for connection in server.connections] == [
            None,
            "s-1",
            "s-3",
        ]

    def test_crlf_and_chunked_transfer_cut_anywhere(self, serve: Callable[..., Server]) -> None:
        head = SSE.replace(b"Connection: close", b"Transfer-Encoding: chunked").replace(b"retry: 20\n\n", b"")
        body = (b"retry: 20\n\n" + frame(1) + frame(2)).replace(b"\n", b"\r\n")

        def script(connection: Connection) -> None:
            connection.send(head, *(b"1\r\n%c\r\n" % byte for byte in body), b"0\r\n\r\n")

        assert numbers(take(StreamSource(serve(script, END).url, limits=QUICK))) == [1, 2]

    def test_silence_counts_as_a_broken_connection(self, serve: Callable[..., Server]) -> None:
        server = serve(answering(frame(1), then=Connection.hang), answering(frame(2)), END)
        assert numbers(take(StreamSource(server.url, limits=replace(QUICK, stall_seconds=1.0)))) == [1, 2]
        assert server.times[1] - server.times[0] >= 0.95

    def test_comments_keep_a_connection(self, serve: Callable[..., Server]) -> None:
        """Each comment is early by far; all of them together take longer than the limit."""
        limits = replace(QUICK, stall_seconds=2.0)
        for _ in range(10):
            pings = Pings(seconds=1.2 * limits.stall_seconds)
            server = serve(pings.send, END)
            frames = take(StreamSource(server.url, limits=limits))
            if (
                pings.longest_pause < limits.stall_seconds / 2
            ):  # else the machine was busy: no comment was early
                assert (numbers(frames), len(server.connections)) == ([1], 2)
                return
        pytest.fail("the machine was so busy that the server could not send comments in time")

    def test_retry_sets_the_pause(self, serve: Callable[..., Server]) -> None:
        server = serve(answering(b"retry: 1\n\n", frame(1)), END)
        busy, started = Contention(), time.monotonic()
        take(StreamSource(server.url, limits=QUICK))
        assert time.monotonic() - started < 0.5 + busy.seconds

    def test_servers_in_trouble_are_asked_again(self, serve: Callable[..., Server]) -> None:
        server = serve(
            answering(), status(503, headers="Retry-After: 1\r\n"), Connection.reset, answering(frame(1)), END
        )
        assert numbers(take(StreamSource(server.url, limits=QUICK))) == [1]
        assert server.times[2] - server.times[1] >= 1

    def test_gaps_pass_through_and_keep_the_position(self, serve: Callable[..., Server]) -> None:
        gap = b'event: stream_gap\ndata: {"requested":"s-1","oldest":9}\n\n'
        server = serve(answering(gap), answering(frame(9)), END)
        frames = take(StreamSource(server.url, limits=QUICK), "s-1")
        assert frames[0] == Frame("stream_gap", b'{"requested":"s-1","oldest":9}', "s-1", own_id=False)
        assert numbers(frames[1:]) == [9]
        assert server.connections[1].headers["last-event-id"] == "s-1"

    @pytest.mark.parametrize(
        ("code", "error", "remedy"),
        [
            (401, Unauthorized, "EVENT_STREAM_TOKEN"),
            (403, Unauthorized, "EVENT_STREAM_TOKEN"),
            (404, ConfigurationError, "INGEST_SOURCE_URL"),
            (410, ConfigurationError, "INGEST_SOURCE_URL"),
            (400, ConfigurationError, "says so"),
            (200, ConfigurationError, "not text/event-stream"),
        ],
    )
    def test_terminal_answers_name_the_remedy(
        self, serve: Callable[..., Server], code: int, error: type[TerminalError], remedy: str
    ) -> None:
        server = serve(status(code, {"title": "no", "detail": "the service says so"}))
        with pytest.raises(error, match=remedy):
            take(StreamSource(server.url, limits=QUICK))
        assert len(server.connections) == 1

    def test_a_slow_caller_holds_the_sender_back(self, serve: Callable[..., Server]) -> None:
        sent = []

        def script(connection: Connection) -> None:
            connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
            connection.send(SSE)
            for number in range(1, 2001):
                connection.send(b"id: s-%d\ndata: %s\n\n" % (number, b"x" * 20_000))
                sent.append(number)

        limits = Limits(tick_seconds=0.05, max_pending_bytes=1_000_000)
        source = StreamSource(serve(script, END).url, limits=limits)
        with closing(source):
            batches = source.batches("", lambda: False)
            count = len(next(batches))
            time.sleep(0.5)
            assert len(sent) < 1000  # of 40 MB: what is pending, and what the sockets hold
            ids = {frame.last_event_id for frames in batches for frame in frames}
        assert count + len(ids) == 2000


class TestHead:
    def test_the_newest_offset(self, serve: Callable[..., Server]) -> None:
        server = serve(status(200, {"head_offset": 42, "status": "ok"}), status(503), status(404))
        with closing(StreamSource(server.url + "/", limits=QUICK)) as source:
            assert [source.head() for _ in range(5)] == [42, None, None, None, None]
        assert [connection.target for connection in server.connections] == ["/health"] * 3


@pytest.mark.parametrize(
    ("url", "token"),
    [("ftp://x", None), ("http://", None), ("http://x:port", None), ("http://x", "a b"), ("http://x", "é")],
)
def test_what_cannot_work_is_reported_at_once(url: str, token: str | None) -> None:
    with pytest.raises(ConfigurationError):
        StreamSource(url, token=token)
