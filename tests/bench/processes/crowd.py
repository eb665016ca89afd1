"""Readers of the stream that count events and do nothing else.

    python -m tests.bench.processes.crowd PORT COUNT SINCE EVENTS

They connect and print `connected`. After the line `go` on standard input they send their requests. They print `live`
when each has an answer. When each has EVENTS events, they print the times at which it had (seconds of the monotonic
clock, a JSON array). The process ends with its standard input. It imports no module of ours, so that it starts fast.
"""

import json
import os
import resource
import selectors
import socket
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_BUFFER = 1 << 20
_MARK = b'\ndata: {"offset":'  # once per frame of an event; so long that finding it takes 0.1 µs per event
_CARRY = len(_MARK) - 1
_OTHER_FILES = 50


@dataclass(slots=True)
class Reader:
    """One connection, and what it has received."""

    peer: socket.socket
    events: int = 0
    answered: bool = False
    finished: float = 0.0
    tail: bytes = bytes(_CARRY)

    def read(self, buffer: bytearray) -> bool:
        """Read what has arrived; False at the end of the stream."""
        size = self.peer.recv_into(memoryview(buffer)[_CARRY:])
        buffer[:_CARRY] = self.tail  # a mark can arrive in two pieces
        self.events += buffer.count(_MARK, 0, _CARRY + size)
        self.tail = bytes(buffer[size : size + _CARRY])
        self.answered = True
        return size > 0


class Crowd:
    """The readers of this process."""

    def __init__(self, peers: Iterable[socket.socket]) -> None:
        self._buffer = bytearray(_BUFFER)
        self._selector = selectors.DefaultSelector()
        self._selector.register(sys.stdin, selectors.EVENT_READ)
        self.readers = [Reader(peer) for peer in peers]
        for reader in self.readers:
            reader.peer.setblocking(False)
            self._selector.register(reader.peer, selectors.EVENT_READ, reader)

    def read(self, enough: Callable[[Reader], bool] = lambda _reader: False) -> bool:
        """Read until each reader has enough; False when standard input ends before."""
        missing = sum(not enough(reader) for reader in self.readers)
        while missing:
            for key, _ in self._selector.select():
                reader = key.data
                if reader is None:
                    return False
                had = enough(reader)
                if not reader.read(self._buffer):
                    self._selector.unregister(reader.peer)
                if enough(reader) and not had:
                    reader.finished = time.monotonic()
                    missing -= 1
            if len(self._selector.get_map()) == 1:
                raise SystemExit("all streams have ended")
        return True


def main(port: int, count: int, since: str, events: int) -> None:
    """Run the readers until standard input ends."""
    allow_files(count)
    peers = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]
    report("connected")
    os.read(sys.stdin.fileno(), len(b"go\n"))
    for peer in peers:
        peer.sendall(f"GET /stream?since={since} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
    crowd = Crowd(peers)
    if crowd.read(lambda reader: reader.answered):
        report("live")
    if crowd.read(lambda reader: reader.events >= events):
        report(json.dumps([reader.finished for reader in crowd.readers]))
        crowd.read()


def report(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def allow_files(count: int) -> None:
    """Each connection is an open file. A process may have 1,024 unless it raises its limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
