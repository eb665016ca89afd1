"""One look at a stream: what opens, what is quiet, and what is no stream."""

from collections.abc import Callable

import pytest

from sse_ingest.errors import ConfigurationError, IngestError, SourceUnavailable, Unauthorized
from sse_ingest.sources.probe import Probe
from sse_ingest.sources.sse_decoder import Frame
from tests.support.servers.scripted_server import SSE, Connection, Server, answering, frame, status

pytestmark = pytest.mark.integration


def html(connection: Connection) -> None:
    connection.send(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>hello</html>"
    )


def comments_without_end(connection: Connection) -> None:
    connection.send(SSE)
    while not connection.stop.wait(0.02):
        connection.send(b": ping\n\n")


def head_without_end(connection: Connection) -> None:
    connection.send(b"HTTP/1.1 200 OK\r\nX: ")
    while not connection.stop.wait(0.02):
        connection.send(b"x")


class TestProbe:
    def test_the_first_event_ends_it(self, serve: Callable[..., Server]) -> None:
        server = serve(answering(b": hello\n\n", frame(1), frame(2), then=Connection.hang))
        assert Probe(server.url, token="t0ken").first_frame() == Frame("e", b"1", "s-1")
        assert [connection.target for connection in server.connections] == ["/stream"]
        assert server.connections[0].headers["authorization"] == "Bearer t0ken"

    @pytest.mark.parametrize("script", [answering(then=Connection.hang), comments_without_end])
    def test_a_quiet_stream_is_open(self, serve: Callable[..., Server], script: Callable[..., None]) -> None:
        assert Probe(serve(script).url, seconds=0.3).first_frame() is None

    @pytest.mark.parametrize(
        ("script", "error", "words"),
        [
            (status(401, {"detail": "who are you"}), Unauthorized, "refuses us with 401 (who are you)"),
            (status(403), Unauthorized, "refuses us with 403"),
            (status(404), ConfigurationError, "answers 404"),
            (status(503), SourceUnavailable, "answers 503"),
            (status(204), ConfigurationError, "the stream has ended for good"),
            (status(200), ConfigurationError, "answers application/json, not text/event-stream"),
            (html, ConfigurationError, "answers text/html, not text/event-stream"),
            (answering(b"data: half"), SourceUnavailable, "ended the stream before its first event"),
            (Connection.reset, SourceUnavailable, "does not answer"),
        ],
    )
    def test_what_is_no_stream_to_read_is_named(
        self, serve: Callable[..., Server], script: Callable[..., None], error: type[IngestError], words: str
    ) -> None:
        probe = Probe(serve(script).url, path="/feed?key=secret")
        with pytest.raises(error) as raised:
            probe.first_frame()
        assert words in str(raised.value)
        assert probe.address in str(raised.value)
        assert "secret" not in str(raised.value)

    def test_a_head_without_an_end_is_cut(self, serve: Callable[..., Server]) -> None:
        with pytest.raises(SourceUnavailable, match="does not answer"):
            Probe(serve(head_without_end).url, seconds=0.2).first_frame()

    def test_nobody_there(self, free_port: int) -> None:
        with pytest.raises(SourceUnavailable, match=r"does not answer \(ConnectError"):
            Probe(f"http://127.0.0.1:{free_port}").first_frame()
