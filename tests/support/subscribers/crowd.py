"""A crowd of subscribers in a process of its own.

    python -m tests.support.subscribers.crowd PORT KIND COUNT [ADDRESS]

It prints `ready` when all are connected, and ends with its standard input. The kinds:

- good: reads everything, and measures nothing
- idle: reads the first bytes, then nothing, on a filter that matches no event
- stalled: asks for everything and never reads a byte
- slow: reads a little, seldom
- vanishing: comes and goes again, without notice, all the time
- silent: opens a connection and sends nothing
"""

import select
import socket
import struct
import sys
import time
from contextlib import suppress

from tests.bench.processes.crowd import Crowd

REQUESTS = {
    "good": b"GET /stream HTTP/1.1\r\nHost: crowd\r\n\r\n",
    "idle": b"GET /stream?types=never HTTP/1.1\r\nHost: crowd\r\n\r\n",
    "stalled": b"GET /stream HTTP/1.1\r\nHost: crowd\r\n\r\n",
    "slow": b"GET /stream HTTP/1.1\r\nHost: crowd\r\n\r\n",
    "vanishing": b"GET /stream?since=earliest HTTP/1.1\r\nHost: crowd\r\n\r\n",
    "silent": b"",
}
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: the close is a reset
_SLOW_BYTES = 1_024


def connect(port: int, kind: str, address: str) -> socket.socket:
    """One subscriber from this address. Those that do not read have small buffers, as on a phone."""
    peer = socket.socket()
    if kind in {"stalled", "slow"}:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    peer.bind((address, 0))
    peer.connect(("127.0.0.1", port))
    peer.sendall(REQUESTS[kind])
    return peer


def _ended() -> bool:
    return bool(select.select([sys.stdin], [], [], 0)[0])


def _dawdle(peers: list[socket.socket]) -> None:
    """Read a little from each, four times per second."""
    while not _ended():
        for peer in peers:
            with suppress(OSError):
                peer.recv(_SLOW_BYTES, socket.MSG_DONTWAIT)
        time.sleep(0.25)


def _vanish(peers: list[socket.socket], port: int, address: str) -> None:
    """Each disconnects by a reset or a close, before or after its first bytes, and is replaced."""
    turn = 0
    while not _ended():
        for index, peer in enumerate(peers):
            turn += 1
            with suppress(OSError):
                if turn % 2:
                    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                if turn % 3:
                    peer.recv(65_536, socket.MSG_DONTWAIT)
            peer.close()
            with suppress(OSError):
                peers[index] = connect(port, "vanishing", address)
            time.sleep(0.005)


def main(port: int, kind: str, count: int, address: str = "127.0.0.1") -> None:
    """Run the subscribers until standard input ends."""
    peers = [connect(port, kind, address) for _ in range(count)]
    if kind == "idle":
        for peer in peers:
            peer.recv(65_536)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    if kind == "good":
        Crowd(peers).read()
    elif kind == "slow":
        _dawdle(peers)
    elif kind == "vanishing":
        _vanish(peers, port, address)
    else:
        sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
