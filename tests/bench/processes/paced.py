"""A publisher that keeps a pace: `python -m tests.bench.processes.paced PORT PAUSE CONNECTIONS`.

It reads the requests from standard input, as a MessagePack array. It sends one every PAUSE seconds, over a connection
that is free, and replaces STAMP in it by the time of sending. It writes a JSON array: per request the time of sending
(seconds of the monotonic clock), how many seconds late that was, and the offsets of the answer. One thread does it
all, so that no other thread delays a request.
"""

import json
import selectors
import socket
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

import msgspec

STAMP = b"0000-00-00T00:00:00.000000Z"
"""As long as the time that replaces it."""
_ANSWER_SECONDS = 60.0
_END = b"\r\n\r\n"


@dataclass(slots=True)
class Connection:
    """One connection, and the number of the request whose answer it waits for."""

    peer: socket.socket
    number: int = -1
    answer: bytearray = field(default_factory=bytearray)

    def send(self, number: int, request: bytes) -> None:
        self.number = number
        self.answer.clear()
        self.peer.sendall(request)

    def receive(self) -> bytes | None:
        """Read what has arrived; the body when the answer is complete."""
        piece = self.peer.recv(65_536)
        if not piece:
            raise SystemExit("the event service closed a connection")
        self.answer += piece
        head, end, body = bytes(self.answer).partition(_END)
        if not end or len(body) < int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]):
            return None
        if b" 202 " not in head.split(b"\r\n")[0]:
            raise SystemExit(f"the event service refused a batch: {body[:500]!r}")
        return body


class Pacer:
    """Sends requests at their times and keeps the answers; a context."""

    def __init__(self, port: int, connections: int) -> None:
        # Unlike epoll, select() can wait for less than a millisecond.
        self._selector = selectors.SelectSelector()
        # Used in turn, because the service closes a connection that is idle for seconds.
        self._idle: deque[Connection] = deque()
        for _ in range(connections):
            peer = socket.create_connection(("127.0.0.1", port), timeout=_ANSWER_SECONDS)
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(peer)
            self._idle.append(connection)
            self._selector.register(peer, selectors.EVENT_READ, connection)
        self._all = connections
        self.sent: list[float] = []
        self.late: list[float] = []
        self.offsets: dict[int, list[int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for key in list(self._selector.get_map().values()):
            key.data.peer.close()
        self._selector.close()

    def run(self, requests: Sequence[bytes], pause: float) -> None:
        """Send all of them; return after the last answer."""
        began = time.monotonic()
        for number, request in enumerate(requests):
            due = began + number * pause
            while (wait := due - time.monotonic()) > 0 or not self._idle:
                self._receive(max(wait, 0) if self._idle else _ANSWER_SECONDS)
            stamped = request.replace(STAMP, stamp(datetime.now(UTC)))
            now = time.monotonic()
            self._idle.popleft().send(number, stamped)
            self.sent.append(now)
            self.late.append(now - due)
        while len(self._idle) < self._all:
            self._receive(_ANSWER_SECONDS)

    def _receive(self, seconds: float) -> None:
        ready = self._selector.select(seconds)
        if not ready and seconds == _ANSWER_SECONDS:
            raise SystemExit(f"the event service did not answer within {_ANSWER_SECONDS:g} s")
        for key, _ in ready:
            connection = key.data
            if (body := connection.receive()) is not None:
                self.offsets[connection.number] = json.loads(body)["offsets"]
                self._idle.append(connection)


def stamp(moment: datetime) -> bytes:
    """RFC 3339 in UTC, always with microseconds."""
    return f"{moment.replace(tzinfo=None).isoformat(timespec='microseconds')}Z".encode()


def main(port: int, pause: float, connections: int) -> None:
    """Publish the requests of standard input."""
    requests = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=list[bytes])
    with Pacer(port, connections) as pacer:
        pacer.run(requests, pause)
    sent = [(pacer.sent[n], pacer.late[n], pacer.offsets[n]) for n in range(len(requests))]
    sys.stdout.write(json.dumps(sent))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
