"""An HTTP server on loopback that follows the script of a test, byte by byte: it cuts, stalls or lies."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any, TypeAlias

from sse_ingest.sources.http import Limits
from sse_ingest.sources.poll import PollSource
from sse_ingest.sources.sse_decoder import Frame
from sse_ingest.sources.stream import StreamSource

SSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nConnection: close\r\n\r\nretry: 20\n\n"
QUICK = Limits(stall_seconds=10.0, connect_seconds=10.0, tick_seconds=0.05)
Script: TypeAlias = Callable[["Connection"], None]


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

    def __init__(self, *scripts: Script, tls: ssl.SSLContext | None = None) -> None:
        self.scripts = scripts
        self.tls = tls
        self.connections: list[Connection] = []
        self.times: list[float] = []
        self.stop = threading.Event()
        self.failures: list[Exception] = []
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
                if self.tls is not None:
                    sock = self.tls.wrap_socket(sock, server_side=True)
                connection = Connection(sock, self.stop)
                self.times.append(time.monotonic())
                self.connections.append(connection)
                self.scripts[min(len(self.connections), len(self.scripts)) - 1](connection)
            except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
                pass  # the client went: what many of these tests are about
            except Exception as error:  # noqa: BLE001 - shown by close(), in the test's own thread
                self.failures.append(error)
            finally:
                sock.close()

    def close(self) -> None:
        self.stop.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in (self.acceptor, *self.threads):
            thread.join()
        assert not self.failures


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
    source: StreamSource | PollSource, after: str = "", count: int | None = None, seconds: float = 60
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
