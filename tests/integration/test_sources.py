"""The sources against real servers on loopback that behave badly."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from sse_ingest.errors import ConfigurationError, TerminalError, Unauthorized
from sse_ingest.source import Limits, PollSource, StreamSource
from sse_ingest.sse import Frame

pytestmark = pytest.mark.integration

SSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nConnection: close\r\n\r\nretry: 20\n\n"
QUICK = Limits(stall_seconds=0.4, connect_seconds=1.0, tick_seconds=0.05)
Script = Callable[["Connection"], None]


class Connection:
    """One accepted connection, its request already read."""

    def __init__(self, sock: socket.socket, stop: threading.Event) -> None:
        self.sock = sock
        self.stop = stop
        head = b""
        while b"\r\n\r\n" not in head:
            received = sock.recv(65536)
            if not received:
                break
            head += received
        lines = head.decode("latin-1").split("\r\n")
        self.target = lines[0].split(" ")[1] if lines[0] else ""
        self.headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])
        }

    def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.sock.sendall(piece)

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    def hang(self) -> None:
        """Say nothing more until the test is over or the client goes."""
        self.sock.settimeout(0.05)
        while not self.stop.is_set():
            try:
                if not self.sock.recv(1):
                    return
            except TimeoutError:
                continue
            except OSError:
                return


class Server:
    """Answers the n-th connection by the n-th script, and later ones by the last."""

    def __init__(self, *scripts: Script) -> None:
        self.scripts = scripts
        self.seen: list[Connection] = []
        self.times: list[float] = []
        self.stop = threading.Event()
        self.failures: list[BaseException] = []
        self.threads: list[threading.Thread] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.acceptor = threading.Thread(target=self.accept)
        self.acceptor.start()

    def accept(self) -> None:
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self.answer, args=(sock,))
            thread.start()
            self.threads.append(thread)

    def answer(self, sock: socket.socket) -> None:
        with sock:
            try:
                connection = Connection(sock, self.stop)
                self.times.append(time.monotonic())
                self.seen.append(connection)
                self.scripts[min(len(self.seen), len(self.scripts)) - 1](connection)
            except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
                pass  # the client went: what many of these tests are about
            except BaseException as error:
                self.failures.append(error)

    def close(self) -> None:
        self.stop.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in (self.acceptor, *self.threads):
            thread.join()
        assert not self.failures


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(*scripts: Script) -> Server:
        servers.append(Server(*scripts))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture(autouse=True)
def _no_thread_stays() -> Iterator[None]:
    yield
    deadline = time.monotonic() + 3
    while any(thread.name.startswith("sse-ingest") for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "a reading thread has stayed"
        time.sleep(0.02)


def frame(number: int) -> bytes:
    return f"id: s-{number}\nevent: e\ndata: {number}\n\n".encode()


def answering(*pieces: bytes, then: Script | None = None) -> Script:
    def script(connection: Connection) -> None:
        connection.send(SSE, *pieces)
        if then is not None:
            then(connection)

    return script


def status(code: int, body: dict[str, Any] | None = None, headers: str = "") -> Script:
    content = json.dumps(body or {}).encode()
    kind = "application/json" if code == 200 else "application/problem+json"

    def script(connection: Connection) -> None:
        connection.send(
            f"HTTP/1.1 {code} X\r\nContent-Type: {kind}\r\n{headers}Content-Length: {len(content)}\r\n"
            "Connection: close\r\n\r\n".encode(),
            content,
        )

    return script


END = status(204)


def take(
    source: StreamSource | PollSource, after: str = "", count: int | None = None, seconds: float = 10
) -> list[Frame]:
    """The frames until there are `count`, or the source ends."""
    frames: list[Frame] = []
    deadline = time.monotonic() + seconds
    with closing(source):
        for some in source.batches(after, lambda: time.monotonic() > deadline):
            frames += some
            if count is not None and len(frames) >= count:
                break
    assert time.monotonic() <= deadline, f"only {len(frames)} frames came"
    return frames


def numbers(frames: list[Frame]) -> list[int]:
    return [int(frame.data) for frame in frames]


class TestStream:
    def test_resumes_after_the_last_frame_wherever_it_was_cut(self, serve: Callable[..., Server]) -> None:
        server = serve(
            answering(frame(1), frame(2)[:-1]),
            answering(frame(2), b"id: s-3\ndata: half", then=Connection.reset),
            answering(frame(3), frame(4)),
            END,
        )
        assert numbers(take(StreamSource(server.url, limits=QUICK))) == [1, 2, 3, 4]
        assert [seen.headers.get("last-event-id") for seen in server.seen] == [None, "s-1", "s-2", "s-4"]
        assert [seen.target for seen in server.seen] == ["/stream?since=earliest", *["/stream"] * 3]

    def test_a_position_is_asked_for_at_once(self, serve: Callable[..., Server]) -> None:
        server = serve(END)
        assert take(StreamSource(server.url + "/", limits=QUICK, token="t0ken"), "s-41") == []
        headers = server.seen[0].headers
        assert headers["last-event-id"] == "s-41"
        assert headers["authorization"] == "Bearer t0ken"
        assert headers["accept"] == "text/event-stream"

    def test_a_foreign_address_is_left_as_it_is(self, serve: Callable[..., Server]) -> None:
        server = serve(answering(b"data: {}\n\n"), END)
        source = StreamSource(server.url + "/v2/all?types=a", path="", since=None, limits=QUICK)
        assert take(source) == [Frame("message", b"{}", "", own_id=False)]
        assert [seen.target for seen in server.seen] == ["/v2/all?types=a"] * 2

    def test_an_id_that_no_header_carries_is_not_asked_for(self, serve: Callable[..., Server]) -> None:
        server = serve(
            answering(frame(1), b"id: a\x01b\ndata: 2\n\n"), answering("id: é😀\ndata: 3\n\n".encode()), END
        )
        assert numbers(take(StreamSource(server.url, limits=QUICK))) == [1, 2, 3]
        asked = [seen.headers.get("last-event-id") for seen in server.seen]
        assert asked == [None, "s-1", "é😀".encode().decode("latin-1")]

    def test_crlf_and_chunked_transfer_cut_anywhere(self, serve: Callable[..., Server]) -> None:
        head = SSE.replace(b"Connection: close", b"Transfer-Encoding: chunked").replace(b"retry: 20\n\n", b"")
        body = (b"retry: 20\n\n" + frame(1) + frame(2)).replace(b"\n", b"\r\n")

        def script(connection: Connection) -> None:
            connection.send(head, *(b"1\r\n%c\r\n" % byte for byte in body), b"0\r\n\r\n")

        assert numbers(take(StreamSource(serve(script, END).url, limits=QUICK))) == [1, 2]

    def test_silence_counts_as_a_broken_connection(self, serve: Callable[..., Server]) -> None:
        server = serve(answering(frame(1), then=Connection.hang), answering(frame(2)), END)
        assert numbers(take(StreamSource(server.url, limits=QUICK))) == [1, 2]
        assert server.times[1] - server.times[0] >= 0.35

    def test_comments_keep_a_connection(self, serve: Callable[..., Server]) -> None:
        def script(connection: Connection) -> None:
            connection.send(SSE)
            for _ in range(8):
                time.sleep(0.1)
                connection.send(b": ping\n\n")
            connection.send(frame(1))

        server = serve(script, END)
        source = StreamSource(server.url, limits=QUICK)
        assert numbers(take(source)) == [1]
        assert len(server.seen) == 2

    def test_retry_sets_the_pause(self, serve: Callable[..., Server]) -> None:
        server = serve(answering(b"retry: 1\n\n", frame(1)), END)
        started = time.monotonic()
        take(StreamSource(server.url, limits=QUICK))
        assert time.monotonic() - started < 0.5

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
        assert server.seen[1].headers["last-event-id"] == "s-1"

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
        assert len(server.seen) == 1

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


class TestStop:
    """Prompt, whatever the reading thread is blocked in."""

    def stopped(self, source: StreamSource | PollSource, after_seconds: float = 0.2) -> float:
        stop_at = time.monotonic() + after_seconds
        with closing(source):
            ticks = sum(1 for _ in source.batches("", lambda: time.monotonic() >= stop_at))
        assert ticks >= 2
        source.close()
        return time.monotonic() - stop_at

    def test_while_nothing_arrives(self, serve: Callable[..., Server]) -> None:
        server = serve(answering(then=Connection.hang))
        assert self.stopped(StreamSource(server.url, limits=Limits(tick_seconds=0.05))) < 0.3

    def test_while_the_answer_is_awaited(self, serve: Callable[..., Server]) -> None:
        server = serve(Connection.hang)
        assert self.stopped(StreamSource(server.url, limits=Limits(tick_seconds=0.05))) < 0.3
        assert self.stopped(PollSource(server.url, limits=Limits(tick_seconds=0.05))) < 0.3

    def test_while_the_source_is_down(self, free_port: int) -> None:
        source = StreamSource(f"http://127.0.0.1:{free_port}", limits=QUICK)
        assert self.stopped(source, 0.4) < 0.3
        assert source.down_seconds >= 0.4
        assert source.head() is None

    def test_in_a_tls_handshake(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as mute:
            url = f"https://127.0.0.1:{mute.getsockname()[1]}"
            assert self.stopped(StreamSource(url, limits=Limits(tick_seconds=0.05))) < 0.3

    def test_while_connecting(self) -> None:
        """A full backlog leaves the connect unanswered."""
        with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
            address = full.getsockname()
            waiting = [socket.socket() for _ in range(3)]
            try:
                for sock in waiting:
                    sock.setblocking(False)
                    sock.connect_ex(address)
                source = StreamSource(f"http://127.0.0.1:{address[1]}", limits=QUICK)
                assert self.stopped(source) < 0.3
            finally:
                for sock in waiting:
                    sock.close()

    def test_close_from_another_thread_ends_the_iteration(self, serve: Callable[..., Server]) -> None:
        source = StreamSource(serve(answering(then=Connection.hang)).url, limits=Limits(tick_seconds=0.05))
        threading.Timer(0.2, source.close).start()
        started = time.monotonic()
        assert [frames for frames in source.batches("", lambda: False) if frames] == []
        assert time.monotonic() - started < 0.6


def page(*numbers: int, next_since: str | None = None, **more: Any) -> Script:
    events = [{"offset": number, "event_type": "e", "payload": {}} for number in numbers]
    last = next_since or f"s-{max(numbers)}"
    return status(200, {"events": events, "next_since": last, "head": 9, "stream_id": "s", **more})


class TestPoll:
    def test_pages_until_one_is_empty(self, serve: Callable[..., Server]) -> None:
        server = serve(page(1, 2), page(3), page(next_since="s-3"))
        frames = take(PollSource(server.url, limits=QUICK, limit=2, token="t"))
        assert [(frame.event, frame.last_event_id) for frame in frames] == [
            ("e", "s-1"),
            ("e", "s-2"),
            ("e", "s-3"),
        ]
        assert frames[0].data == b'{"offset": 1, "event_type": "e", "payload": {}}'
        asked = [seen.target for seen in server.seen]
        assert asked == [f"/events?since={since}&limit=2" for since in ("earliest", "s-2", "s-3")]
        assert server.seen[0].headers["authorization"] == "Bearer t"

    def test_follows_when_asked_to(self, serve: Callable[..., Server]) -> None:
        server = serve(page(1), page(next_since="s-1"), page(2), END)
        frames = take(PollSource(server.url, limits=QUICK, follow=True, interval_seconds=0.05))
        assert [frame.last_event_id for frame in frames] == ["s-1", "s-2"]

    def test_a_lost_position_becomes_a_gap(self, serve: Callable[..., Server]) -> None:
        gone = {"requested": "s-1", "oldest": 5, "missing": 3, "stream_id": "s"}
        server = serve(status(410, gone), page(5), page(next_since="s-5"))
        gap, event = take(PollSource(server.url, limits=QUICK), "s-1")
        assert (gap.event, json.loads(gap.data), gap.last_event_id, gap.own_id) == (
            "stream_gap",
            gone,
            "s-1",
            False,
        )
        assert event.last_event_id == "s-5"
        assert server.seen[1].target.startswith("/events?since=earliest&")

    def test_a_cut_page_is_asked_for_again(self, serve: Callable[..., Server]) -> None:
        def cut(connection: Connection) -> None:
            connection.send(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
            )

        server = serve(page(1), cut, status(502), page(2), page(next_since="s-2"))
        frames = take(PollSource(server.url, limits=QUICK), seconds=20)
        assert [frame.last_event_id for frame in frames] == ["s-1", "s-2"]

    def test_an_element_that_cannot_be_read_keeps_its_place(self, serve: Callable[..., Server]) -> None:
        bad = {"offset": 2, "event_type": "e", "payload": {"a": "\ud800"}}
        events = [{"offset": 1, "event_type": "e"}, bad, "not {json"]
        body = {"events": events, "ids": ["s-1", "s-2", "s-3"], "next_since": "s-3", "stream_id": "s"}
        frames = take(PollSource(serve(status(200, body), page(next_since="s-3")).url, limits=QUICK))
        assert [frame.last_event_id for frame in frames] == ["s-1", "s-2", "s-3"]
        assert rb"\ud800" in frames[1].data
        assert frames[2].data == b"not {json"

    @pytest.mark.parametrize(("code", "error"), [(401, Unauthorized), (404, ConfigurationError)])
    def test_terminal_answers(
        self, serve: Callable[..., Server], code: int, error: type[TerminalError]
    ) -> None:
        with pytest.raises(error):
            take(PollSource(serve(status(code)).url, limits=QUICK))


class TestHead:
    def test_the_newest_offset(self, serve: Callable[..., Server]) -> None:
        server = serve(status(200, {"head_offset": 42, "status": "ok"}), status(503), status(404))
        with closing(StreamSource(server.url + "/", limits=QUICK)) as source:
            assert [source.head() for _ in range(5)] == [42, None, None, None, None]
        assert [seen.target for seen in server.seen] == ["/health"] * 3


@pytest.mark.parametrize(
    ("url", "token"),
    [("ftp://x", None), ("http://", None), ("http://x:port", None), ("http://x", "a b"), ("http://x", "é")],
)
def test_what_cannot_work_is_said_at_once(url: str, token: str | None) -> None:
    with pytest.raises(ConfigurationError):
        StreamSource(url, token=token)
